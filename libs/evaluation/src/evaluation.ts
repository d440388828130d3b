import type { Interactions, Negatives } from '@attune/interactions';
import type { Estimate } from './estimate';
import type { ItemTraits } from './item-similarity';
import type { ObservationTable } from './observations';
import type { Scorer } from './scorer';

/**
 * How a recommender is asked. `leave-one-out`: where does each held-out item rank among other items. `full-ranking`: what of a
 * user's test items is found among all items that the user does not have yet. `ratings`: how near are predicted ratings.
 */
export type Protocol = 'leave-one-out' | 'full-ranking' | 'ratings';

/** All protocols. */
export const PROTOCOLS = ['leave-one-out', 'full-ranking', 'ratings'] as const satisfies readonly Protocol[];

/** What else each held-out item is ranked with: listed items, so many drawn by lot from what the user does not have, or all of those. */
export type OtherItems = Negatives | { readonly sampled: number } | 'all';

/** What to measure, and on what. Users and items have the same indices everywhere. */
export interface EvaluateRequest {
  readonly protocol: Protocol;
  readonly scorer: Scorer;
  /** What the model was trained on: not recommended again, and what popularity and activity are counted in. */
  readonly train: Interactions;
  readonly test: Interactions;
  /** For `leave-one-out`; 99 drawn by lot by default. */
  readonly negatives?: OtherItems;
  /** Lengths of lists, the main one first; [10] by default. */
  readonly ks?: readonly number[];
  /** What items are, for diversity; by item index. */
  readonly items?: readonly ItemTraits[];
  /** Labels of users by the name of what is told apart, for instance `{ country: ['de', 'fr', ...] }`; '' where unknown. */
  readonly segments?: Readonly<Record<string, readonly string[]>>;
  /** `accuracy` leaves out segments and what is said of whole lists, which a search does not look at; `full` by default. */
  readonly detail?: 'full' | 'accuracy';
  readonly seed: number;
  readonly resamples?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

/** The metrics of some of the users, or of some of the items. */
export interface Segment {
  /** What is told apart, for instance `activity`. */
  readonly segment: string;
  readonly label: string;
  readonly userCount: number;
  readonly metrics: Readonly<Record<string, Estimate>>;
}

/** What was counted beside the metrics. */
export interface EvaluationCounts {
  /** Users who were asked about. */
  readonly users: number;
  /** Test interactions that were asked about. */
  readonly questions: number;
  /** Of the users, those without training interactions. */
  readonly unseenUsers: number;
  /** Items of the questions without training interactions. */
  readonly unseenItems: number;
  /** Test interactions that were left out because the training has them too. */
  readonly alsoInTraining: number;
  /** Listed negatives that were dropped because they are the item to be found. */
  readonly droppedNegatives: number;
  /** Test interactions that were left out because no negatives are listed for them. */
  readonly withoutNegatives: number;
}

/** What an evaluation says. */
export interface Evaluation {
  readonly protocol: Protocol;
  /** The metric by which models are compared, and whether more of it is better. */
  readonly main: MainMetric;
  readonly metrics: Readonly<Record<string, Estimate>>;
  readonly segments: readonly Segment[];
  readonly counts: EvaluationCounts;
  /** By user, for `comparePaired`. */
  readonly table: ObservationTable;
}

/** The metric by which models are compared under a protocol. */
export interface MainMetric {
  readonly name: string;
  readonly isHigherBetter: boolean;
}

/** nDCG at the first k for rankings, RMSE for ratings. */
export function mainMetric(protocol: Protocol, ks: readonly number[]): MainMetric {
  return protocol === 'ratings'
    ? { name: 'rmse', isHigherBetter: false }
    : { name: `ndcg@${ks[0] ?? 10}`, isHigherBetter: true };
}
