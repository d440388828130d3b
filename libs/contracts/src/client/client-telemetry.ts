import { isAppError, ruleOf } from '@attune/errors';
import { meter } from '@attune/telemetry';
import { status } from '@grpc/grpc-js';

const client = meter('attune.client');
const resends = client.counter('attune.client.resends', {
  unit: '{call}',
  description: 'Calls that failed with UNAVAILABLE: sent again, or not because too many fail',
});
const hedges = client.counter('attune.client.hedges', {
  unit: '{call}',
  description:
    'Calls whose answer was slow: sent a second time and which answer came first, or not because too many are',
});

const callDuration = client.histogram('rpc.client.call.duration', {
  unit: 's',
  description: 'Duration of outgoing calls, with whatever was sent again or a second time',
  boundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
});

/** Runs a call and notes how long it took and how it ended (OpenTelemetry's semantic conventions for RPC). */
export async function timed<T>(method: string, call: () => Promise<T>): Promise<T> {
  const startedAtMs = performance.now();
  try {
    const answer = await call();
    callEnded(method, startedAtMs);
    return answer;
  } catch (error) {
    callEnded(method, startedAtMs, error);
    throw error;
  }
}

/** A call that began at `startedAtMs` of the stopwatch has ended, with an error or without. */
export function callEnded(method: string, startedAtMs: number, error?: unknown): void {
  const code = error === undefined ? 'OK' : statusNameOf(error);
  callDuration.record((performance.now() - startedAtMs) / 1_000, {
    'rpc.system.name': 'grpc',
    'rpc.method': method,
    'rpc.response.status_code': code,
    ...(error === undefined ? {} : { 'error.type': code }),
  });
}

function statusNameOf(error: unknown): string {
  return isAppError(error) ? (status[ruleOf(error.code).grpcStatus] ?? 'UNKNOWN') : 'UNKNOWN';
}

/** A failed call was sent again, or would have been if fewer were failing. */
export function resent(method: string, outcome: 'sent' | 'throttled'): void {
  resends.add(1, { 'rpc.method': method, 'attune.outcome': outcome });
}

/** A slow call was sent a second time and the second answer came first, or it was not sent. */
export function hedgeEnded(method: string, outcome: 'sent' | 'won' | 'throttled'): void {
  hedges.add(1, { 'rpc.method': method, 'attune.outcome': outcome });
}
