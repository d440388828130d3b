import type { Decision } from './domain/decision';
import type { Waiting } from './ports';

/** Decision records that wait for the event log. */
export interface WaitingDecisions {
  /** Drops those about the user; what is on its way to the log has arrived there when this resolves. Returns how many it dropped. */
  eraseOf(userId: string): Promise<number>;
}

/** Takes decision records to the event log. It never waits. */
export interface DecisionPublisher {
  /** False where the record cannot be kept because too many are waiting. */
  publish(decision: Decision): boolean;
  readonly isFull: boolean;
}

/** Reads decision records that are stored. */
export interface DecisionReader {
  /** Throws `not_found.decision` where there is none of that id. */
  decision(decisionId: string, waiting: Waiting): Promise<Decision>;
}

/** Decisions that this process made a moment ago: their records may not be stored yet. */
export interface RecentDecisions {
  find(decisionId: string): Decision | undefined;
}

/** Keeps decisions for a moment. */
export interface DecisionMemory {
  keep(decision: Decision): void;
}
