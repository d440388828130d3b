import type { DecisionPublisher } from '../../ports';
import type { SideEffect } from '../parts';

/** Sends the decision record to the event log. A full buffer is said in the answer: the slate is served without a record. */
export function decisionRecord({ decisions }: { readonly decisions: DecisionPublisher }): SideEffect {
  return {
    name: 'side_effects/decision_record',
    description: 'sends the decision record to the event log',
    problem: () =>
      decisions.isFull
        ? { code: 'exhausted.decision_records', message: 'the event log is behind: this slate has no decision record' }
        : undefined,
    after: (decision) => void decisions.publish(decision),
  };
}
