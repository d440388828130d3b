/** How the value of a stretch of time is made of the steps in it. */
export type ValueRule =
  /** The sum divided by the count. */
  | { readonly kind: 'mean' }
  | { readonly kind: 'sum' }
  /** Of the sketch. */
  | { readonly kind: 'quantile'; readonly probability: number }
  /** The standard deviation, of the sums. */
  | { readonly kind: 'spread' }
  /** The third standardised moment, of the sketch. */
  | { readonly kind: 'skew' }
  /** The share of values that are further than three standard deviations from the mean, of the sketch. */
  | { readonly kind: 'outliers' }
  /** The share of values that are missing, of the sketch. */
  | { readonly kind: 'nulls' }
  /** Of the table of predictions and outcomes that the sketch is. */
  | { readonly kind: 'calibration_error' }
  | { readonly kind: 'auc' };

/** Something that is measured over time. */
export interface Metric {
  readonly name: string;
  /** The series that it is made of: several metrics may look at the same steps in different ways. */
  readonly series: string;
  readonly unit: string;
  readonly description: string;
  /** The sets of labels that it is kept by, the first that fits first. The series of each add up to everything that was seen with these labels. */
  readonly cuts: readonly (readonly string[])[];
  readonly value: ValueRule;
  /** Absent where neither is: a mean of a feature, for instance. */
  readonly moreIsBetter?: boolean;
  /** With fewer observations a value says little. */
  readonly leastCount: number;
  /** Whether what users do later changes it: the newest steps are then not to be judged yet. */
  readonly awaitsOutcomes: boolean;
  /** How wide its steps are. */
  readonly width: StepWidth;
}

/** How wide steps are, in seconds. */
export type StepWidth = 60 | 300 | 3_600;
