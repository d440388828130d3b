import { AppError } from '@attune/errors';
import betainc from '@stdlib/math-base-special-betainc';
import quantile from '@stdlib/stats-base-dists-beta-quantile';

/** A Beta distribution: `a` counts successes and `b` failures, both with what the prior adds; both above 0. */
export interface Beta {
  readonly a: number;
  readonly b: number;
}

/** P(X <= x). */
export function betaCdf(x: number, { a, b }: Beta): number {
  return x <= 0 ? 0 : x >= 1 ? 1 : betainc(x, a, b, true, false);
}

/** P(X > x), as a tail of its own. */
export function betaTail(x: number, { a, b }: Beta): number {
  return x <= 0 ? 1 : x >= 1 ? 0 : betainc(x, a, b, true, true);
}

/** The x with P(X <= x) = p; relative error below 1e-12. */
export function betaQuantile(p: number, { a, b }: Beta): number {
  return quantile(p, a, b);
}

/** The mean. */
export function betaMean({ a, b }: Beta): number {
  return a / (a + b);
}

/** Throws `invalid.beta` where a shape is not a positive number. */
export function checkBeta({ a, b }: Beta): void {
  if (!(a > 0 && b > 0 && Number.isFinite(a) && Number.isFinite(b))) {
    throw new AppError('invalid.beta', `Beta(${a}, ${b}) is no distribution: both shapes must be above 0 and finite`);
  }
}
