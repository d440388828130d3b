/** From which values on a difference counts as drift. */
export interface DriftBounds {
  /** Of all tests: a difference that chance makes more often than this never counts. */
  readonly significance: number;
  /** The least Kolmogorov-Smirnov statistic. */
  readonly ks: number;
  /** The least population stability index. */
  readonly psi: number;
  /** The least Wasserstein distance in scales of the reference. */
  readonly wasserstein: number;
  /** The least Cramer's V. */
  readonly cramersV: number;
  /** The least difference of the shares of missing values; Cohen's h from `nullEffect` on counts as well, for shares near 0. */
  readonly nullRate: number;
  readonly nullEffect: number;
  /** The least share of values in categories that the other sample does not have at all. */
  readonly categories: number;
  /** Fewer values than these, on either side, are too few to judge. */
  readonly leastCount: number;
}

/** What counts unless somebody says otherwise: effects that are worth a look, whatever the size of the samples. */
export const DEFAULT_BOUNDS: DriftBounds = {
  significance: 0.001,
  ks: 0.1,
  psi: 0.2,
  wasserstein: 0.1,
  cramersV: 0.1,
  nullRate: 0.05,
  nullEffect: 0.2,
  categories: 0.01,
  leastCount: 20,
};
