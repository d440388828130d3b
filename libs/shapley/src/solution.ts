/** Who added what. `base` plus all `values` is `total`, to rounding. */
export interface ShapleyValues {
  readonly method: 'exact' | 'sampled';
  /** The worth of nobody. */
  readonly base: number;
  /** The worth of everybody. */
  readonly total: number;
  /** [players]: what each added. */
  readonly values: Float64Array;
  /** [players]: the standard error of each; 0 where they are exact. */
  readonly standardErrors: Float64Array;
  /** How many coalitions were asked for. */
  readonly evaluations: number;
}
