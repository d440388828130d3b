import type { ArmState } from './arm-state';
import { type PolicyRules, priorOf } from './policy-rules';

/** What is believed of an arm's mean reward: Student's distribution, reward units. */
export interface ValueBelief {
  readonly mean: number;
  readonly scale: number;
  readonly degreesOfFreedom: number;
}

/** Where a prior says nothing, one observation's worth keeps the interval of an unseen arm finite. */
const LEAST_WEIGHT = 1e-3;

/**
 * The normal-inverse-gamma posterior of mean and variance (Murphy 2007, section 3), whose marginal of the mean is Student's. The variance
 * is unknown on purpose: the scale of values (amounts, minutes) differs by orders of magnitude between uses, and a known one that is set
 * too small stops exploring. `settings.noise` is only where it begins, worth `settings.noiseWeight` observations.
 */
export function valueBelief(rules: PolicyRules, state: ArmState, factor: number): ValueBelief {
  const prior = priorOf(rules, state.arm);
  const priorWeight = Math.max(prior.weight, LEAST_WEIGHT);
  const { noise, noiseWeight } = rules.settings;
  const weight = state.weight * factor;
  const sum = state.rewardSum * factor;
  const kappa = priorWeight + weight;
  const sampleMean = state.weight > 0 ? state.rewardSum / state.weight : prior.mean;
  // rounding can make it negative where all rewards are alike
  const scatter = Math.max(0, state.squareSum * factor - sum * sampleMean);
  const shift = (priorWeight * weight * (sampleMean - prior.mean) ** 2) / kappa;
  const degreesOfFreedom = noiseWeight + weight;
  const variance = (noiseWeight * noise * noise + scatter + shift) / degreesOfFreedom;
  return {
    mean: (priorWeight * prior.mean + sum) / kappa,
    scale: Math.sqrt(variance / kappa),
    degreesOfFreedom,
  };
}

/** The Beta posterior of an arm's rate: pseudo-counts of rewards and of what was not earned. */
export function rateBelief(
  rules: PolicyRules,
  state: ArmState,
  factor: number,
): { readonly a: number; readonly b: number } {
  const { mean, weight } = priorOf(rules, state.arm);
  const earned = Math.max(0, state.rewardSum) * factor;
  return { a: mean * weight + earned, b: (1 - mean) * weight + Math.max(0, state.weight * factor - earned) };
}
