import { meter } from '@attune/telemetry';

const grpc = meter('attune.grpc');
const refusals = grpc.counter('attune.grpc.refusals', {
  unit: '{call}',
  description:
    'Calls refused because they could not be answered in time: at once, or after they had waited for a place',
});
const queueWait = grpc.histogram('attune.grpc.queue.wait', {
  unit: 's',
  description: 'How long calls waited for a place, of those that had to',
  boundaries: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
});
const running = grpc.gauge('attune.grpc.running', { unit: '{call}', description: 'Calls that run' });
const limit = grpc.gauge('attune.grpc.concurrency_limit', {
  unit: '{call}',
  description: 'Calls that may run at once',
});

/** A call was refused for want of time. */
export function refused(method: string, when: 'at_once' | 'after_waiting'): void {
  refusals.add(1, { 'rpc.method': method, 'attune.refused': when });
}

/** A call has waited for so long. */
export function queueWaited(method: string, waitedMs: number): void {
  queueWait.record(waitedMs / 1_000, { 'rpc.method': method });
}

/** How busy the server is. */
export function observeAdmission(now: { readonly running: number; readonly limit: number }): void {
  running.set(now.running);
  limit.set(now.limit);
}
