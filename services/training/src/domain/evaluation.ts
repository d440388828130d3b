import type { ModelVersionRef } from './run';

/** A metric with its 95 % interval. */
export interface MetricEstimate {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Metrics by name, with the ends of their intervals beside them: `ndcg@10`, `ndcg@10_low`, `ndcg@10_high`. */
export function flatEstimates(estimates: readonly MetricEstimate[]): Record<string, number> {
  return Object.fromEntries(
    estimates
      .filter(({ value }) => Number.isFinite(value))
      .flatMap(({ name, value, low, high }) => [
        [name, value],
        [`${name}_low`, low],
        [`${name}_high`, high],
      ]),
  );
}

/**
 * How an opponent was asked: the artifact as it serves; its recipe (settings) trained anew on what the version was trained on; the
 * same where that recipe is the version's own, so that nothing had to be trained; or, as a baseline, what knows nobody.
 */
export type ComparisonMethod = 'artifact' | 'recipe' | 'same_recipe' | 'baseline';

/** Somebody else on the questions of an evaluation. */
export interface Comparison {
  /** A version's number; of baselines `popularity` (counts of what people liked) or `mean` (of all ratings). */
  readonly opponent: string;
  readonly method: ComparisonMethod;
  readonly metrics: readonly MetricEstimate[];
  /** The version less the opponent, user by user; positive is better, also for metrics of which less is better. */
  readonly gains: readonly MetricEstimate[];
}

/** What an evaluation found. */
export interface Measurement {
  /** How it was measured, in a sentence. */
  readonly method: string;
  /** Why the numbers must not be taken for what users will see; empty where they may. */
  readonly caveat: string;
  /** Questions are interactions after this; absent where each user's last one was hidden. */
  readonly askedFrom?: Date;
  readonly userCount: number;
  readonly metrics: readonly MetricEstimate[];
  readonly comparisons: readonly Comparison[];
}

/** A measurement of a version that is kept, and never changed. */
export interface Evaluation extends Measurement {
  readonly evaluationId: string;
  readonly ref: ModelVersionRef;
  readonly runId: string;
  readonly datasetId: string;
  readonly createdAt: Date;
  readonly actor: string;
}
