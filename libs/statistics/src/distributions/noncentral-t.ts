import gammaln from '@stdlib/math-base-special-gammaln';
import { normalTail } from './normal';

/** Steps of the rule: the integrand is analytic and dies out at both ends, so that the error is below 1e-12. */
const STEPS = 400;
/** Standard deviations of ln S on either side of its middle; what lies beyond them does not show in 12 digits. */
const REACH = 10;

/**
 * P(T > t) of the noncentral t, T = (Z + shift) / S with S = sqrt(chi-square / df): the mean of P(Z > t s - shift) over S, by the
 * trapezoidal rule in ln s, which converges exponentially (Trefethen and Weideman 2014). For df >= 2. Absolute error below 1e-12.
 */
export function noncentralTail(t: number, degreesOfFreedom: number, shift: number): number {
  const half = degreesOfFreedom / 2;
  // ln S has about this standard deviation, and a longer tail below where df is small
  const deviation = Math.sqrt(1 / (2 * degreesOfFreedom)) * (1 + 4 / degreesOfFreedom);
  const step = (2 * REACH * deviation) / STEPS;
  const logScale = logPeak(half);
  let sum = 0;
  for (let at = 0; at <= STEPS; at++) {
    const u = (at - STEPS / 2) * step;
    sum += Math.exp(logScale + half * (2 * u - Math.expm1(2 * u))) * normalTail(t * Math.exp(u) - shift);
  }
  return sum * step;
}

/** ln(2 h^h e^-h / gamma(h)); by Stirling's series where the terms are so large that their difference would lose digits. */
function logPeak(half: number): number {
  if (half < 20) return Math.LN2 + half * Math.log(half) - half - gammaln(half);
  const series = 1 / (12 * half) - 1 / (360 * half ** 3) + 1 / (1260 * half ** 5) - 1 / (1680 * half ** 7);
  return Math.LN2 + Math.log(half / (2 * Math.PI)) / 2 - series;
}
