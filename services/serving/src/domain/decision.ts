import type { SourceScore } from './candidate';

/** A model at one version. The digest is the SHA-256 of the artifact's manifest, hexadecimal. */
export interface ModelRef {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
}

/** How far a slate is the user's own. */
export type Personalization = 'personal' | 'unknown_user' | 'no_consent' | 'degraded';

/** The rule that ranks a slate; the bandit's arms are named alike. */
export type Strategy = 'collaborative_filtering' | 'popularity_based';

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

/** One item that was ranked. */
export interface DecidedItem {
  readonly itemId: string;
  /** Counted from 0. */
  readonly position: number;
  /** The score that decided. */
  readonly score: number;
  /** The source that decided first, then the others. */
  readonly sourceScores: readonly SourceScore[];
  readonly propensity: number;
  /** In a few words, why the item is there. */
  readonly reason: string;
}

/** One served slate and everything that led to it. */
export interface Decision {
  readonly decisionId: string;
  readonly userId: string;
  readonly surface: string;
  readonly decidedAt: Date;
  readonly requestedCount: number;
  readonly strategy: Strategy;
  readonly strategyPropensity: number;
  readonly sources: readonly SourceOutcome[];
  readonly filters: readonly FilterOutcome[];
  readonly slate: readonly DecidedItem[];
  readonly runnersUp: readonly DecidedItem[];
  readonly models: readonly ModelRef[];
  readonly degraded: readonly DegradedStage[];
  readonly traceId: string;
  readonly latencyMs: number;
  readonly context: Readonly<Record<string, string>>;
  readonly personalization: Personalization;
  readonly candidateCount: number;
}
