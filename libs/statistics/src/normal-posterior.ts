import { AppError } from '@attune/errors';
import { normalCdf, normalCritical, normalDensity } from './distributions/normal';

/** What is believed of a difference, treatment - control: a normal. */
export interface NormalBelief {
  readonly mean: number;
  readonly standardDeviation: number;
}

/**
 * The belief after a difference was measured (conjugate normal; Gelman et al. 2013, eq. 2.9-2.10): precisions add up. A `prior` whose
 * standard deviation is Infinity says nothing.
 */
export function normalPosterior(
  { difference, standardError }: { readonly difference: number; readonly standardError: number },
  prior: NormalBelief = { mean: 0, standardDeviation: Number.POSITIVE_INFINITY },
): NormalBelief {
  if (!(standardError > 0 && prior.standardDeviation > 0)) {
    throw new AppError('invalid.belief', 'a standard error and a standard deviation of a prior must be above 0');
  }
  const [known, measured] = [1 / prior.standardDeviation ** 2, 1 / standardError ** 2];
  return {
    mean: (prior.mean * known + difference * measured) / (known + measured),
    standardDeviation: 1 / Math.sqrt(known + measured),
  };
}

/** P(difference > 0). */
export function probabilityBetter({ mean, standardDeviation }: NormalBelief): number {
  return normalCdf(mean / standardDeviation);
}

/** What choosing the treatment loses on average, in the metric's unit: E[max(-difference, 0)]. */
export function normalExpectedLoss({ mean, standardDeviation }: NormalBelief): number {
  const z = mean / standardDeviation;
  return Math.max(0, standardDeviation * normalDensity(z) - mean * normalCdf(-z));
}

/** The middle `confidence` of a belief. */
export function normalInterval({ mean, standardDeviation }: NormalBelief, confidence = 0.95) {
  const reach = normalCritical((1 - confidence) / 2) * standardDeviation;
  return { low: mean - reach, high: mean + reach };
}
