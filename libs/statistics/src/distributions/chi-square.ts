import gammainc from '@stdlib/math-base-special-gammainc';

/** P(X > x) of a chi-square: the upper regularized incomplete gamma function Q(df / 2, x / 2), as a tail of its own. */
export function chiSquareTail(x: number, degreesOfFreedom: number): number {
  return x <= 0 ? 1 : gammainc(x / 2, degreesOfFreedom / 2, true, true);
}
