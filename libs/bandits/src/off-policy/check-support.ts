import { meanInterval } from './mean-interval';
import type { WeightedLog } from './weighted-log';

/** Why a log cannot answer: a code for machines, a sentence for people. */
export interface Refusal {
  readonly code:
    | 'no_support'
    | 'wrong_weights'
    | 'small_sample'
    | 'few_rewards'
    | 'few_terms'
    | 'biased_model'
    | 'uninformative';
  readonly reason: string;
}

/** How a log supports a target policy. */
export interface Support {
  /** Kish's: (sum of weights)^2 / sum of squared weights; so many rows of the target's own log would say as much. */
  readonly effectiveSampleSize: number;
  readonly largestWeight: number;
  /** 1 in expectation, where propensities are true and the log could choose all that the target does. */
  readonly meanWeight: number;
  /** The target's probability on actions that the log never shows in that position. */
  readonly unsupportedMass: number;
}

/** From here on a log is refused. */
export interface SupportLimits {
  readonly mostUnsupportedMass: number;
  readonly leastEffectiveSampleSize: number;
  readonly leastRewards: number;
  /** How many equally weighted rewards the error of an estimate must be known from; see `effectiveRewards`. */
  readonly leastEffectiveRewards: number;
}

/** The limits that hold where nothing else is said. */
export const SUPPORT_LIMITS: SupportLimits = {
  mostUnsupportedMass: 0.01,
  leastEffectiveSampleSize: 100,
  leastRewards: 5,
  leastEffectiveRewards: 2,
};

/** The facts about the support. */
export function supportOf({ weights, unsupportedMass }: WeightedLog): Support {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const squares = weights.reduce((all, weight) => all + weight * weight, 0);
  return {
    effectiveSampleSize: squares > 0 ? (sum * sum) / squares : 0,
    largestWeight: weights.reduce((most, weight) => Math.max(most, weight), 0),
    meanWeight: sum / weights.length,
    unsupportedMass,
  };
}

/** Why no estimator can answer with this log, or undefined where some can. */
export function refusalOfLog(log: WeightedLog, support: Support, limits: SupportLimits): Refusal | undefined {
  const { unsupportedMass, effectiveSampleSize, meanWeight } = support;
  if (unsupportedMass > limits.mostUnsupportedMass) {
    const share = percent(unsupportedMass);
    const reason = `the target policy puts ${share} of its choices on actions that the log never shows in that position`;
    return { code: 'no_support', reason };
  }
  if (effectiveSampleSize < limits.leastEffectiveSampleSize) {
    const worth = `${effectiveSampleSize.toFixed(0)} of ${log.weights.length} decisions`;
    const reason = `the weighted log is worth ${worth}; at least ${limits.leastEffectiveSampleSize} are needed`;
    return { code: 'small_sample', reason };
  }
  const { low, high } = meanInterval(log.weights, 0.999);
  const slack = limits.mostUnsupportedMass;
  if (low > 1 + slack || high < 1 - slack) {
    const reason =
      `the weights average ${meanWeight.toFixed(3)} where 1 is expected: the propensities are not those of the choices, ` +
      'or the target policy chooses what the log could not';
    return { code: 'wrong_weights', reason };
  }
  const rewarded = log.rewards.reduce(
    (count, reward, row) => count + (reward !== 0 && log.weights[row]! > 0 ? 1 : 0),
    0,
  );
  if (rewarded < limits.leastRewards) {
    const reason = `${rewarded} decisions that the target policy could make earned something; at least ${limits.leastRewards} are needed`;
    return { code: 'few_rewards', reason };
  }
  if (isAlike(log)) return { code: 'uninformative', reason: ALIKE };
  const worth = effectiveRewards(log);
  if (worth < limits.leastEffectiveRewards) {
    const reason =
      `a few heavy weights on rare rewards would make up the estimate: all rewards together are worth ${worth.toFixed(1)} of equal weight; ` +
      `at least ${limits.leastEffectiveRewards} are needed`;
    return { code: 'few_terms', reason };
  }
  return undefined;
}

const ALIKE =
  'all decisions that the target policy could make earned the same: the log does not say how far the mean may be from that';

function isAlike({ weights, rewards }: WeightedLog): boolean {
  const first = rewards[weights.findIndex((weight) => weight > 0)];
  return rewards.every((reward, row) => reward === first || weights[row] === 0);
}

/**
 * By how many equal terms the variance of weight times reward is known: rows times E[t^2]^2 / E[t^4], taken apart for weights and for
 * rewards. Together they would look at which rows happened to earn, and logs would be refused just when a heavy weight did: the intervals
 * of those that are left would lie too low.
 */
function effectiveRewards({ weights, rewards }: WeightedLog): number {
  return weights.length * evenness(weights) * evenness(rewards);
}

/** E[t^2]^2 / E[t^4]: 1 where all are of one size. */
function evenness(terms: Float64Array): number {
  let [second, fourth] = [0, 0];
  for (const term of terms) {
    second += term ** 2;
    fourth += term ** 4;
  }
  return fourth > 0 ? second ** 2 / fourth / terms.length : 0;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
