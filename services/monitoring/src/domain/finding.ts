/** How bad a finding is. */
export type Severity = 'info' | 'ticket' | 'page';

/** What can be found. Each kind has a runbook, `docs/runbooks/<kind>.md` with dashes. */
export type FindingKind =
  | 'feature_drift'
  | 'prediction_drift'
  | 'concept_drift'
  | 'estimated_performance'
  | 'calibration'
  | 'training_serving_skew'
  | 'null_rate'
  | 'volume'
  | 'latency'
  | 'throughput'
  | 'fairness'
  | 'budget'
  | 'data_quality';

/** Something out of the ordinary, as one detector saw it in one round. */
export interface Finding {
  readonly kind: FindingKind;
  /** `model:<name>` or `service:<name>`. */
  readonly subject: string;
  /** The version in production, where it is about a model. */
  readonly version?: string;
  /** The metric or the feature. */
  readonly measure: string;
  /** `name=value`, or empty for all traffic. */
  readonly segment: string;
  readonly value: number;
  /** The bound that it broke. */
  readonly bound: number;
  readonly severity: Severity;
  /** One sentence: what changed, from what to what. */
  readonly summary: string;
  /** Since when, as far as the series tell. */
  readonly since: Date;
  /** The likely cause, where the detector knows one. */
  readonly likelyCause?: string;
}
