import type { DecisionMemory, DecisionPublisher } from '../../decision-ports';
import { isSampled } from '../../domain/sampled-decision';
import type { SideEffect } from '../parts';

/** Where decisions go. */
export interface DecisionRecordParts {
  readonly decisions: DecisionPublisher;
  readonly recent: DecisionMemory;
  /** The share of decisions whose records are kept, from 0 to 1. */
  readonly recordShare: number;
}

/** Sends the decision record to the event log. A full buffer is said in the answer: the slate is served without a record. */
export function decisionRecord({ decisions, recent, recordShare }: DecisionRecordParts): SideEffect {
  return {
    name: 'side_effects/decision_record',
    description: 'sends the decision record to the event log, and keeps it at hand for a moment',
    problem: () =>
      decisions.isFull
        ? { code: 'exhausted.decision_records', message: 'the event log is behind: this slate has no decision record' }
        : undefined,
    after: (decision) => {
      recent.keep(decision);
      if (isSampled(decision.decisionId, recordShare)) decisions.publish(decision);
    },
  };
}
