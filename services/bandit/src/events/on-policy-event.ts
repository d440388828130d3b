import { decidedAtMs } from '@attune/decision-ids';
import { AppError } from '@attune/errors';
import type { DeliveredRecord, HandleContext } from '@attune/event-log';
import type { PolicyEvent } from '../domain/policy-event';
import { policyEventOf } from './policy-event-proto';

/** Makes the consumer of `policies.v1`: choices and what came of them are folded, then what waited for these choices is attributed. */
export function makeOnPolicyEvent(use: {
  readonly applyEvents: (events: readonly PolicyEvent[]) => Promise<void>;
  readonly settleWaiting: (decisionIds: readonly string[]) => Promise<void>;
}) {
  return async function onPolicyEvent(
    batch: readonly DeliveredRecord[],
    context: Pick<HandleContext, 'deadLetter'>,
  ): Promise<void> {
    const events: PolicyEvent[] = [];
    for (const record of batch) {
      const event = soundEventOf(record.value);
      if (event instanceof AppError) await context.deadLetter(record, event);
      else events.push(event);
    }
    if (events.length === 0) return;
    await use.applyEvents(events);
    await use.settleWaiting(events.flatMap((one) => (one.kind === 'selected' ? [one.selection.decisionId] : [])));
  };
}

function soundEventOf(value: Uint8Array): PolicyEvent | AppError {
  const event = policyEventOf(value);
  if (event instanceof AppError || idsOf(event).every((id) => decidedAtMs(id) !== undefined)) return event;
  return new AppError('invalid.event', 'the record names a decision whose id is no UUID of version 7');
}

function idsOf(event: PolicyEvent): readonly string[] {
  if (event.kind === 'due') return event.decisionIds;
  return [event.kind === 'selected' ? event.selection.decisionId : event.outcome.decisionId];
}
