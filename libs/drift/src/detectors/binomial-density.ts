import { AppError } from '@attune/errors';

const LOG_SQRT_TAU = Math.log(2 * Math.PI) / 2;
/** From here on Stirling's series alone has all digits. */
const SERIES_FROM = 16;
const SMALL_ERRORS = smallErrors();

/**
 * P(X = k) of a binomial, with all its digits where n is in the millions (Loader 2000): deviances from the mode instead of differences of
 * logarithms of factorials. `p` is in [0, 1].
 */
export function binomialDensity(k: number, n: number, p: number): number {
  if (!(k >= 0 && k <= n)) throw new AppError('invalid.argument', `${k} of ${n} is no number of successes`);
  const q = 1 - p;
  if (k === 0) return q ** n;
  if (k === n) return p ** n;
  if (p <= 0 || q <= 0) return 0;
  const exponent =
    stirlingError(n) - stirlingError(k) - stirlingError(n - k) - deviance(k, n * p) - deviance(n - k, n * q);
  return Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * k * (n - k)));
}

/** ln n! less Stirling's formula. */
function stirlingError(n: number): number {
  if (n < SERIES_FROM) return SMALL_ERRORS[n]!;
  const square = n * n;
  return (1 / 12 - (1 / 360 - (1 / 1_260 - (1 / 1_680 - 1 / 1_188 / square) / square) / square) / square) / n;
}

/** x ln(x / mean) + mean - x, by its series where the two are close. */
function deviance(x: number, mean: number): number {
  const off = x - mean;
  if (Math.abs(off) >= 0.1 * (x + mean)) return x * Math.log(x / mean) - off;
  const ratio = off / (x + mean);
  let [sum, term] = [off * ratio, 2 * x * ratio];
  for (let j = 3; ; j += 2) {
    term *= ratio * ratio;
    const next = sum + term / j;
    if (next === sum) return sum;
    sum = next;
  }
}

function smallErrors(): readonly number[] {
  let logFactorial = 0;
  return Array.from({ length: SERIES_FROM }, (_, n) => {
    if (n === 0) return 0;
    logFactorial += Math.log(n);
    return logFactorial - ((n + 0.5) * Math.log(n) - n + LOG_SQRT_TAU);
  });
}
