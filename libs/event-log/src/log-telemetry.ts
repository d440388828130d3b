import { isAppError } from '@attune/errors';
import { meter } from '@attune/telemetry';
import type { DeliveredRecord } from './port';

const log = meter('attune.event-log');
const sent = log.counter('messaging.client.sent.messages', {
  unit: '{message}',
  description: 'Records that were appended, or could not be (error.type)',
});
const sendDuration = log.histogram('messaging.client.operation.duration', {
  unit: 's',
  description: 'Duration of appends',
  boundaries: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});
const consumed = log.counter('messaging.client.consumed.messages', {
  unit: '{message}',
  description: 'Records that were handed to a handler, every attempt counted',
});
const processDuration = log.histogram('messaging.process.duration', {
  unit: 's',
  description: 'Duration of one attempt of a handler at a batch, failed ones (error.type) included',
  boundaries: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});
const visibleAfter = log.histogram('attune.event_log.visible_after', {
  unit: 's',
  description:
    'From the append of a record until a group has handled it: of each batch, the record that waited longest',
  boundaries: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600],
});
const deadLetters = log.counter('attune.event_log.dead_letters', {
  unit: '{message}',
  description: 'Records that were put aside because no attempt can handle them',
});
const restarts = log.counter('attune.event_log.restarts', {
  unit: '{restart}',
  description: 'Consumers that were alive but not moving and were started again',
});
const lag = log.gauge('attune.event_log.lag', {
  unit: '{message}',
  description: 'Records that a group has still to handle, in all partitions',
});

const labelsOf = (topic: string, kind: 'send' | 'process') => ({
  'messaging.system': 'attune_event_log',
  'messaging.destination.name': topic,
  'messaging.operation.name': kind,
});

const errorOf = (error: unknown) =>
  error === undefined ? {} : { 'error.type': isAppError(error) ? error.code : 'unexpected' };

/** Records were appended, or it failed. */
export function appended(topic: string, count: number, startedAtMs: number, error?: unknown): void {
  const labels = { ...labelsOf(topic, 'send'), ...errorOf(error) };
  sent.add(count, labels);
  sendDuration.record((performance.now() - startedAtMs) / 1_000, labels);
}

/** A handler ended one attempt at a batch. */
export function attempted(batch: readonly DeliveredRecord[], group: string, startedAtMs: number, error?: unknown) {
  const labels = { ...labelsOf(batch[0]!.topic, 'process'), 'messaging.consumer.group.name': group, ...errorOf(error) };
  consumed.add(batch.length, labels);
  processDuration.record((performance.now() - startedAtMs) / 1_000, labels);
}

/**
 * A batch is handled and committed. What was appended before this process began is told apart: a group that is new, or comes back,
 * catches up, and how old its records are says nothing about how fresh the fleet is.
 */
export function handled(batch: readonly DeliveredRecord[], group: string): void {
  const [first] = batch;
  if (first === undefined) return;
  const waitedMs = Math.max(0, Date.now() - first.appendedAt.getTime());
  visibleAfter.record(waitedMs / 1_000, {
    'messaging.destination.name': first.topic,
    'messaging.consumer.group.name': group,
    'attune.catching_up': String(first.appendedAt.getTime() < performance.timeOrigin),
  });
}

/** A record was put aside. */
export function deadLettered(topic: string, group: string): void {
  deadLetters.add(1, { 'messaging.destination.name': topic, 'messaging.consumer.group.name': group });
}

/** Consumers were started again. */
export function restarted(topic: string, group: string, count: number): void {
  restarts.add(count, { 'messaging.destination.name': topic, 'messaging.consumer.group.name': group });
}

/** How far a group is behind. */
export function observedLag(topic: string, group: string, records: number): void {
  lag.set(records, { 'messaging.destination.name': topic, 'messaging.consumer.group.name': group });
}
