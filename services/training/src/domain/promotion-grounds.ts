import type { MetricEstimate } from './evaluation';

/** By which rule a version was let into production, or as a canary to a share of the users. */
export type PromotionRule = 'better' | 'not_worse' | 'same_recipe' | 'first' | 'baseline' | 'override' | 'rollback';

/** Why a version was let into production: kept in the history. */
export interface PromotionGrounds {
  readonly rule: PromotionRule;
  /** The same for people. */
  readonly summary: string;
  readonly evaluationId?: string;
  readonly datasetId?: string;
  readonly opponent?: string;
  readonly value?: MetricEstimate;
  readonly opponentValue?: MetricEstimate;
  readonly gain?: MetricEstimate;
  readonly nonInferiorityMargin?: number;
}
