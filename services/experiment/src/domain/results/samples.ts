import type { Estimate, InterleavingTally, PairMoments } from '@attune/statistics';

/** A metric of one variant in one part: pairs of (covariate or denominator, metric) per unit, or an estimate that is ready. */
export interface MetricSample {
  readonly variant: string;
  /** The value of the attribute, or the day; empty where results are not parted. */
  readonly segment: string;
  readonly data:
    | { readonly kind: 'pairs'; readonly pairs: PairMoments }
    | { readonly kind: 'estimate'; readonly estimate: Estimate }
    | { readonly kind: 'none'; readonly unitCount: number; readonly reason: string };
}

/** How many units an experiment has. */
export interface UnitCounts {
  readonly byVariant: Readonly<Record<string, number>>;
  /** Units that were given more than one variant. */
  readonly crossed: number;
}

/** What two interleaved variants were credited with. */
export interface InterleavingFacts {
  readonly tally: InterleavingTally;
  /** Slates whose events favored the second variant, the control, neither. */
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
}
