import type { Moments } from './moments';

/** A metric of one variant, whatever its kind: means, proportions, ratios and quantiles are all compared as this. */
export interface Estimate {
  /** Units (users, say), not rows. */
  readonly count: number;
  /** The value of the metric: a mean, a share, a ratio, a quantile. */
  readonly mean: number;
  readonly standardError: number;
}

/** The mean of a sample as an estimate. */
export function estimateOfMean({ count, mean, variance }: Moments): Estimate {
  return { count, mean, standardError: Math.sqrt(variance / count) };
}

/** A share as an estimate: its standard error is sqrt(p (1 - p) / n), as in the interval of R's prop.test. */
export function estimateOfProportion({ successes, count }: { successes: number; count: number }): Estimate {
  const mean = successes / count;
  return { count, mean, standardError: Math.sqrt((mean * (1 - mean)) / count) };
}
