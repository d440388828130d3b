import cdf from '@stdlib/stats-base-dists-normal-cdf';
import quantile from '@stdlib/stats-base-dists-normal-quantile';

/** P(Z > z) of a standard normal Z. A tail is computed as such, so that 1e-80 keeps its 14 digits. */
export function normalTail(z: number): number {
  return cdf(-z, 0, 1);
}

/** P(Z <= z) of a standard normal Z. */
export function normalCdf(z: number): number {
  return cdf(z, 0, 1);
}

/** The density of a standard normal. */
export function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** The z with P(Z > z) = `tail`; small tails keep their digits. `tail` is in (0, 1). */
export function normalCritical(tail: number): number {
  return -quantile(tail, 0, 1);
}
