import type { ModelRef } from './domain/decision';
import type { Placement } from './model-ports';

/** What became of a version that is or was on trial: a canary serves a share of the users, a shadow answers and is not heard. */
export interface Trial {
  readonly ref: ModelRef;
  /** `none` when it is over. */
  readonly stage: 'canary' | 'shadow' | 'none';
  /** Of a canary. */
  readonly canaryShare: number;
  /** Counts the changes of the model; 0 where it is not known. */
  readonly sequence: number;
  /** The change by which it came to this stage; a canary that gets another share stays the same trial. */
  readonly since: number;
}

/** Remembers which versions are on trial, for all replicas. */
export interface Trials {
  all(): Promise<readonly Trial[]>;
  /** Keeps the change of a version unless a newer one is kept already. */
  advance(trial: Omit<Trial, 'since'>): Promise<void>;
  /** Corrects the stage and leaves the sequence, unless the version has moved on from `asOf`. */
  correct(trial: Omit<Trial, 'since' | 'sequence'>, asOf: number): Promise<void>;
}

/** A version that changed its stage. */
export interface StageChange {
  readonly ref: ModelRef;
  readonly from: string;
  readonly to: string;
  readonly canaryShare: number;
  readonly sequence: number;
}

/** Whether and how a version stands on the shelf by its trial; undefined when it is over. */
export function placementOf({ stage, canaryShare }: Trial): Placement | undefined {
  return stage === 'none' ? undefined : { stage, canaryShare };
}
