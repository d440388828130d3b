import type { MainMetric } from '@attune/evaluation';
import type { EngagementDefinition, ModelDefinition } from '@attune/recommenders';

/** What a trainer is called, what it does and which settings it takes. */
export interface Trainer {
  readonly name: string;
  /** What it is good at, in a sentence. */
  readonly description: string;
  readonly defaults: Readonly<Record<string, unknown>>;
  /** The metric by which its versions are compared. */
  readonly mainMetric: MainMetric;
  /** What its training set holds. */
  readonly dataset: DatasetNeed;
  /** The settings in full; refuses unknown and malformed ones, all at once. */
  parseSettings(settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
}

/** Which training set a trainer learns from. */
export type DatasetNeed =
  | { readonly kind: 'interactions'; readonly items: boolean; readonly follows: boolean }
  | { readonly kind: 'labelled_examples' };

/** A model that ranks items, or predicts ratings. */
export interface RecommenderTrainer extends Trainer {
  readonly kind: 'recommender';
  readonly definition: ModelDefinition;
}

/** A model that predicts what users do with what they see. */
export interface EngagementTrainer extends Trainer {
  readonly kind: 'engagement';
  readonly definition: EngagementDefinition;
}

/** Every trainer there is. */
export type AnyTrainer = RecommenderTrainer | EngagementTrainer;
