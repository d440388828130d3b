import cdf from '@stdlib/stats-base-dists-t-cdf';
import quantile from '@stdlib/stats-base-dists-t-quantile';

/** P(T > t) of Student's t; a tail is computed as such, relative error below 1e-12. `degreesOfFreedom` is above 0 and may be a fraction. */
export function studentTail(t: number, degreesOfFreedom: number): number {
  return cdf(-t, degreesOfFreedom);
}

/** The t with P(T > t) = `tail`. `tail` is in (0, 1). */
export function studentCritical(tail: number, degreesOfFreedom: number): number {
  return -quantile(tail, degreesOfFreedom);
}
