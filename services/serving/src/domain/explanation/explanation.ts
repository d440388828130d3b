import type { ModelRef, PartScore } from '../decision';
import type { UserFeature } from '../feature-table';

/** What one feature added to a prediction. */
export interface Contribution {
  readonly name: string;
  /** What the feature means, in a sentence. */
  readonly description: string;
  /** As it was read for the decision. */
  readonly feature: UserFeature;
  /** Its Shapley value, on the scale of the prediction. */
  readonly contribution: number;
  readonly standardError: number;
}

/** A prediction of the engagement model, taken apart. `base` plus all contributions is `prediction`. */
export interface ExplainedPrediction {
  readonly model: ModelRef;
  readonly label: string;
  /** What the model says where every feature is missing. */
  readonly base: number;
  readonly prediction: number;
  /** The strongest first; features that could not matter are left out. */
  readonly contributions: readonly Contribution[];
  readonly method: 'exact' | 'sampled';
  /** The largest of the contributions; 0 where they are exact. */
  readonly standardError: number;
  /** The share of the model's features that had a value. */
  readonly coverage: number;
  /** Whether the model still answers what was recorded; undefined where nothing comparable was recorded. */
  readonly agrees: boolean | undefined;
}

/** Why an item is in a slate, or is not. */
export interface Explanation {
  /** Empty where the slate was made for the explanation and never served. */
  readonly decisionId: string;
  readonly itemId: string;
  /** The place in the slate, counted from 0; undefined where it was not shown. */
  readonly position: number | undefined;
  /** In a few words. */
  readonly primaryReason: string;
  /** In sentences, the strongest first. */
  readonly reasons: readonly string[];
  /** Empty where it was shown. */
  readonly notShownBecause: string;
  readonly partScores: readonly PartScore[];
  readonly prediction: ExplainedPrediction | undefined;
  /** From 0 to 1. */
  readonly confidence: number;
  /** What could not be told, and why. */
  readonly caveats: readonly string[];
}
