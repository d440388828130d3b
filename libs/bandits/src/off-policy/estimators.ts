import type { Refusal } from './check-support';
import { type MeanInterval, meanInterval } from './mean-interval';
import type { WeightedLog } from './weighted-log';

/** The ways to estimate. */
export type EstimatorName = 'ips' | 'snips' | 'direct' | 'doubly_robust' | 'switch';

/** Every estimator, in the order of tables. */
export const ESTIMATORS: readonly EstimatorName[] = ['ips', 'snips', 'direct', 'doubly_robust', 'switch'];

/** A value with its 95 % interval, reward units, or why there is none. */
export type Estimated = MeanInterval | Refusal;

/** The quantiles of the weights above which the switch estimator considers to trust its model. */
const SWITCH_QUANTILES = [0.999, 0.99, 0.97, 0.95, 0.9, 0.8, 0.6, 0.4];

/** The estimator of that name. */
export function estimate(name: EstimatorName, log: WeightedLog): Estimated {
  switch (name) {
    case 'ips':
      return ips(log);
    case 'snips':
      return snips(log);
    case 'direct':
      return direct(log);
    case 'doubly_robust':
      return doublyRobust(log);
    case 'switch':
      return switchDoublyRobust(log);
    default:
      return name satisfies never;
  }
}

/** Inverse propensity scoring (Horvitz and Thompson 1952): the mean of weight times reward. Unbiased. */
function ips({ weights, rewards }: WeightedLog): MeanInterval {
  return meanInterval(weights.map((weight, row) => weight * rewards[row]!));
}

/** Self-normalised IPS (Swaminathan and Joachims 2015); the interval is that of its linearisation, weight (reward - value) / mean weight. */
function snips({ weights, rewards }: WeightedLog): MeanInterval {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const value = weights.reduce((all, weight, row) => all + weight * rewards[row]!, 0) / sum;
  const scale = weights.length / sum;
  return meanInterval(weights.map((weight, row) => value + scale * weight * (rewards[row]! - value)));
}

/** Doubly robust (Dudik, Langford, Li 2011), cross-fitted: the model's value, corrected by the weighted errors that it makes. Unbiased. */
function doublyRobust({ weights, rewards, predictions, directs }: WeightedLog): MeanInterval {
  return meanInterval(directs.map((value, row) => value + weights[row]! * (rewards[row]! - predictions[row]!)));
}

/**
 * The direct method: what the reward model says. Its own interval knows nothing of its bias, so the told one also holds the doubly robust
 * interval, whose correction is all the evidence there is about that bias. A model whose value lies outside of it is refused.
 */
function direct(log: WeightedLog): Estimated {
  const own = meanInterval(log.directs);
  const evidence = doublyRobust(log);
  if (own.mean < evidence.low || own.mean > evidence.high) {
    const range = `${evidence.low.toPrecision(3)} to ${evidence.high.toPrecision(3)}`;
    const reason = `the reward model says ${own.mean.toPrecision(3)}, but by its errors in the log the value is ${range}: it is biased`;
    return { code: 'biased_model', reason };
  }
  return holding(own, evidence);
}

/**
 * Switch-DR (Wang, Agarwal, Dudik 2017): doubly robust where the weight is at most tau, the model alone where it is larger. tau is the one
 * with the least estimated mean squared error: squared standard error, plus the square of what the model alone would change, which is all
 * the log knows of its bias. (Their bound of the bias, the range of rewards times the share of such choices, is larger than the error that
 * switching saves as soon as one such choice is logged.) As for the direct method the told interval also holds the doubly robust one.
 */
function switchDoublyRobust(log: WeightedLog): MeanInterval {
  const whole = doublyRobust(log);
  const sorted = log.weights.toSorted();
  let best = { interval: whole, squaredError: whole.standardError ** 2 };
  for (const quantile of SWITCH_QUANTILES) {
    const interval = switchedAt(log, sorted[Math.floor(quantile * (sorted.length - 1))]!);
    const squaredError = interval.standardError ** 2 + (interval.mean - whole.mean) ** 2;
    if (squaredError < best.squaredError) best = { interval, squaredError };
  }
  return holding(best.interval, whole);
}

function switchedAt({ weights, rewards, predictions, directs }: WeightedLog, tau: number): MeanInterval {
  return meanInterval(
    directs.map(
      (value, row) => value + (weights[row]! <= tau ? weights[row]! * (rewards[row]! - predictions[row]!) : 0),
    ),
  );
}

/** The interval of an estimate that may be biased, widened to hold that of one that is not. */
function holding(own: MeanInterval, unbiased: MeanInterval): MeanInterval {
  return { ...own, low: Math.min(own.low, unbiased.low), high: Math.max(own.high, unbiased.high) };
}
