/** A blend: the log-odds of an item are `intercept` plus the sum of `factors[p]` times the score of part p on the blend's scale. */
export interface Blend {
  /** [parts], none negative. */
  readonly factors: readonly number[];
  readonly intercept: number;
}
