import type { OtherItems } from '@attune/evaluation';
import type { Interactions } from '@attune/interactions';
import type { TrainingData } from '@attune/recommenders';

/** What models are trained and measured on. */
export interface EvaluationData {
  readonly training: TrainingData;
  readonly test: Interactions;
  readonly negatives?: OtherItems;
  /** Labels of users by what is told apart. */
  readonly segments?: Readonly<Record<string, readonly string[]>>;
  /** Whether rows say how much an item was liked. */
  readonly hasValues: boolean;
}

/** Files as they were read; how they are split may depend on a seed. */
export interface LoadedData {
  /** The data for one seed. */
  forSeed(seed: number): EvaluationData;
  /** Whether another seed gives another split. */
  readonly isSplitBySeed: boolean;
  /** What was found in the files, for programs. */
  readonly summary: Readonly<Record<string, unknown>>;
  /** The same for people. */
  readonly remarks: readonly string[];
}
