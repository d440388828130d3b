import type { SourceScore } from './candidate';
import type { FeatureTable, UserFeature } from './feature-table';
import type { NamedValue } from './strategy-context';
import type { ScorePart, Strategy } from './surface';

/** A model at one version. The digest is the SHA-256 of the artifact's manifest, hexadecimal. */
export interface ModelRef {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
}

/** How far a slate is the user's own. */
export type Personalization = 'personal' | 'unknown_user' | 'no_consent' | 'degraded';

/** A stage that could not do its work, and a sentence about what was done instead. */
export interface DegradedStage {
  readonly stage: string;
  readonly code: string;
  readonly message: string;
}

/** What one source proposed. */
export interface SourceOutcome {
  readonly source: string;
  readonly candidateCount: number;
  readonly latencyMs: number;
  /** Why it proposed nothing; empty where it did. */
  readonly note: string;
}

/** What one filter removed; `removedItemIds` holds the best candidates, at most 200. */
export interface FilterOutcome {
  readonly filter: string;
  readonly removedCount: number;
  readonly removedItemIds: readonly string[];
}

/** What one scorer said of an item. */
export interface PartScore {
  readonly part: ScorePart;
  /** Its own score; undefined where it does not know the item. */
  readonly raw: number | undefined;
  /** On the scale that all parts share, 0 to 1. */
  readonly calibrated: number;
  /** All weights of an item add up to 1. */
  readonly weight: number;
  /** The probability of a click, where the model of the part says one. */
  readonly probability?: number | undefined;
}

/** What put an item in its place; `team:<variant>` where the slate was drafted from two variants of an experiment. */
export type PlacedBy = 'rank' | 'exploration' | 'pin' | `team:${string}`;

/** Whether an item is in its place for how it was ranked, be it by one of two rankings. */
export function isRanked(placedBy: PlacedBy): boolean {
  return placedBy !== 'exploration' && placedBy !== 'pin';
}

/** One item that was ranked. */
export interface DecidedItem {
  readonly itemId: string;
  /** Counted from 0. */
  readonly position: number;
  /** The score that decided. */
  readonly score: number;
  /** Each source that proposed it, the one that placed it highest first. */
  readonly sourceScores: readonly SourceScore[];
  readonly partScores: readonly PartScore[];
  /** The probability with which the item was placed here; 1 where nothing was left to chance. */
  readonly propensity: number;
  readonly placedBy: PlacedBy;
  /** What the score was multiplied by because an operator asked for it. */
  readonly boost: number;
  /** In a few words, why the item is there. */
  readonly reason: string;
}

/** What a version that does not serve answered to the same request. */
export interface ShadowOutcome {
  readonly model: ModelRef;
  readonly itemIds: readonly string[];
  /** The share of its best items that are also among the best of the version that serves. */
  readonly overlap: number;
  readonly latencyMs: number;
  /** The code of the error, empty where it answered. */
  readonly code: string;
}

/** Who chose the strategy, and with which probability. */
export interface ChosenStrategy {
  readonly strategy: Strategy;
  readonly propensity: number;
  /** `surface`, `policy:<name>`, `experiment:<id>`, `consent` or `fallback`. */
  readonly chosenBy: string;
  /** What the policy was told, where one chose. */
  readonly policyContext?: readonly NamedValue[];
}

/** What a policy chose to draw places left to chance from. */
export interface ChosenExploration {
  readonly policy: string;
  readonly arm: string;
  readonly propensity: number;
}

/** Which variant of which experiment a user is in. */
export interface TriedVariant {
  readonly experimentId: string;
  readonly variant: string;
}

/** One served slate and everything that led to it. */
export interface Decision {
  readonly decisionId: string;
  readonly userId: string;
  readonly surface: string;
  readonly surfaceVersion: number;
  readonly decidedAt: Date;
  readonly requestedCount: number;
  readonly strategy: Strategy;
  readonly strategyPropensity: number;
  readonly strategyChosenBy: string;
  readonly sources: readonly SourceOutcome[];
  readonly filters: readonly FilterOutcome[];
  readonly slate: readonly DecidedItem[];
  readonly runnersUp: readonly DecidedItem[];
  readonly models: readonly ModelRef[];
  /** Which model, by name, said the scores of each part. */
  readonly partModels: Readonly<Record<string, string>>;
  readonly degraded: readonly DegradedStage[];
  readonly traceId: string;
  readonly latencyMs: number;
  readonly context: Readonly<Record<string, string>>;
  readonly personalization: Personalization;
  readonly candidateCount: number;
  readonly userFeatures: readonly UserFeature[];
  /** Rows for the slate in its order, then for the first of the runners-up; undefined where no features were read. */
  readonly itemFeatures: FeatureTable | undefined;
  readonly shadows: readonly ShadowOutcome[];
  readonly relatedToItemId: string;
  /** The variant of every experiment that the user is in. */
  readonly variants: readonly TriedVariant[];
  /** What these variants change beyond slates. It goes to the caller and is not recorded: the variants say it. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What policies were told to choose by, of the strategy and of where to explore; empty where none chose. */
  readonly policyContext: readonly NamedValue[];
  /** Absent where no policy chose. */
  readonly explorationChoice: ChosenExploration | undefined;
}
