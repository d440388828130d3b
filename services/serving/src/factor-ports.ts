import type { ModelRef } from './domain/decision';
import type { FactorRow } from './model-ports';

/** Factors of users and items that were learned since a version's training, in its space. */
export interface FactorUpdate {
  readonly ref: ModelRef;
  /** What was accepted until then is in it. */
  readonly learnedTo: Date;
  /** By keyed hash. */
  readonly users: readonly FactorRow[];
  readonly items: readonly FactorRow[];
}

/** Items that were learned after a place in the order of changes. */
export interface LearnedItems {
  /** The place of the last of them; smaller than the one that was asked for where the store was lost meanwhile. */
  readonly sequence: number;
  readonly rows: readonly FactorRow[];
  /** Until when the version has learned; undefined where it has not. */
  readonly learnedTo: Date | undefined;
  readonly isLast: boolean;
}

/** Keeps what was learned since trainings, for all replicas. */
export interface LearnedFactorStore {
  /** Of a user the later vector holds; what is kept of forgotten users from before they were is nothing. Again it changes nothing. */
  put(update: FactorUpdate): Promise<void>;
  /** In the order in which they were learned, at most `count`. */
  itemsAfter(digest: string, sequence: number, count: number): Promise<LearnedItems>;
}
