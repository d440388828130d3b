import type { ChosenStrategy, ModelRef } from './domain/decision';
import type { ExplorationArms } from './domain/exploration-pool';
import type { ReadFeatures } from './domain/feature-table';
import type { UserEvent } from './domain/seen-changes';
import type { NamedValue } from './domain/strategy-context';
import type { Surface } from './domain/surface';

/** Tells the time. */
export type Clock = () => Date;

/** Cancellation of whatever waits. */
export interface Waiting {
  readonly signal: AbortSignal;
  /** When the answer is of no use any more, by `performance.now()`: what cannot be done until then is not begun. */
  readonly deadlineAtMs?: number;
}

/** Items with scores, best first. */
export interface ScoredItems {
  /** Numbers in the catalog. */
  readonly items: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
}

/** What people did in the last hours, without any model: the last fallback. */
export interface RecentPopularity {
  /** Best first. Answers from this process's copy when the store behind it cannot be asked. */
  top(count: number, waiting: Waiting): Promise<ScoredItems>;
}

/** Reads features of a user and of items for that user, at one moment. */
export interface FeatureReader {
  read(question: FeatureQuestion, waiting: Waiting): Promise<ReadFeatures>;
}

/** Whose features, and which. */
export interface FeatureQuestion {
  readonly userId: string;
  readonly itemIds: readonly string[];
  readonly userFeatures: readonly string[];
  /** Features of an item, or of a user and an item, that are numbers. */
  readonly itemFeatures: readonly string[];
}

/** Knows how surfaces make their slates. */
export interface Surfaces {
  /** The surface of that name as it is now; one that nobody configured is like `home`. Never waits. */
  named(name: string): Surface;
  /** Whether somebody made a surface of that name, or it is built in. */
  has(name: string): boolean;
}

/** Chooses how a slate is ranked. */
export interface StrategyChooser {
  /** By the surface's policy, or else by its probabilities. `draw` is uniform in [0, 1). Throws where the bandit cannot be asked. */
  choose(question: StrategyQuestion, waiting: Waiting): Promise<ChosenStrategy>;
  /** By the surface's probabilities alone. */
  fallback(question: Pick<StrategyQuestion, 'surface' | 'draw'>): ChosenStrategy;
  /** The strategy that the surface's probabilities prefer, for those on whom nothing may be tried. */
  mostProbable(surface: Surface): ChosenStrategy;
}

/** Chooses where the places of a slate that are left to chance are drawn from. */
export interface ExplorationChooser {
  /** By the policy of the surface's exploration. Throws where the bandit cannot be asked. */
  choose(question: Omit<StrategyQuestion, 'draw'>, waiting: Waiting): Promise<ExplorationArms>;
}

/** For whom a strategy is chosen. */
export interface StrategyQuestion {
  readonly surface: Surface;
  readonly userId: string;
  /** Of the slate; the policy's choice goes by it, so that what people do with the slate is its reward. */
  readonly decisionId: string;
  /** What a policy is told to choose by: the components of `STRATEGY_CONTEXT`. */
  readonly context: readonly NamedValue[];
  readonly draw: number;
}

/** Counts what people do. An event that is recorded again counts once. */
export interface PopularityCounter {
  record(partition: number, events: readonly UserEvent[]): Promise<void>;
}

/** Says what features mean. */
export interface FeatureDescriptions {
  /** A sentence for each feature that is known, by its name. Never fails: where nobody can say, the map is empty. */
  all(waiting: Waiting): Promise<ReadonlyMap<string, string>>;
}

/** What one call of `Predict` said. */
export interface MadePredictions {
  readonly predictionId: string;
  readonly predictedAt: Date;
  readonly model: ModelRef;
  /** Whether the scores are probabilities of a click. */
  readonly areProbabilities: boolean;
  readonly latencyMs: number;
  readonly predictions: readonly { readonly userId: string; readonly itemId: string; readonly score: number }[];
}

/** Tells the fleet what was predicted. */
export interface PredictionPublisher {
  /** Never waits and never fails: what cannot be kept is dropped. */
  publish(made: MadePredictions): void;
}
