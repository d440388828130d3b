import {
  type Refusal,
  refusalOfLog,
  SUPPORT_LIMITS,
  type Support,
  type SupportLimits,
  supportOf,
} from './check-support';
import { ESTIMATORS, type Estimated, type EstimatorName, estimate } from './estimators';
import { checkLog, type LoggedDecisions, type TargetProbabilities } from './logged-decisions';
import { weighLog } from './weighted-log';

/** What is asked. */
export interface OffPolicyQuestion {
  readonly log: LoggedDecisions;
  readonly target: TargetProbabilities;
  /** All where absent or empty. */
  readonly estimators?: readonly EstimatorName[];
  readonly limits?: Partial<SupportLimits>;
}

/** What one estimator says of the mean reward per decision, reward units, or why it does not. */
export type OffPolicyEstimate =
  | {
      readonly estimator: EstimatorName;
      readonly status: 'estimated';
      readonly value: number;
      /** The 95 % confidence interval. */
      readonly low: number;
      readonly high: number;
      /** Kish's, of the weights. */
      readonly effectiveSampleSize: number;
    }
  | ({ readonly estimator: EstimatorName; readonly status: 'refused' } & Refusal);

/** What a log says of a policy that did not write it. */
export interface OffPolicyReport extends Support {
  readonly rows: number;
  /** What the policy that wrote the log earned per decision. */
  readonly loggedMean: number;
  readonly estimates: readonly OffPolicyEstimate[];
}

/**
 * What another policy would have earned on logged decisions, by several estimators with 95 % confidence intervals. An estimator refuses,
 * with the reason, where the log cannot answer: no support, weights that do not average 1, too few rows or rewards,
 * a biased model, an interval that says nothing. Throws `invalid.log` and `invalid.target` for numbers that cannot be.
 */
export function evaluateOffPolicy({ log, target, estimators = [], limits = {} }: OffPolicyQuestion): OffPolicyReport {
  checkLog(log);
  const weighted = weighLog(log, target);
  const support = supportOf(weighted);
  const refusal = refusalOfLog(weighted, support, { ...SUPPORT_LIMITS, ...limits });
  const range = possibleRange(log.rewards);
  const names = estimators.length > 0 ? estimators : ESTIMATORS;
  return {
    ...support,
    rows: log.actions.length,
    loggedMean: log.rewards.reduce((sum, reward) => sum + reward, 0) / log.rewards.length,
    estimates: names.map((estimator): OffPolicyEstimate => {
      const found = refusal ?? within(range, estimate(estimator, weighted), support);
      if ('code' in found) return { estimator, status: 'refused', ...found };
      return { estimator, status: 'estimated', ...found, effectiveSampleSize: support.effectiveSampleSize };
    }),
  };
}

/** What is told of an estimate: nothing that a mean reward cannot be. */
function within(range: Range, found: Estimated, { meanWeight }: Support): ToldValue | Refusal {
  if ('code' in found) return found;
  if (found.low >= range.high || found.high <= range.low) {
    const reason = `the interval lies outside of what a mean reward can be, since the weights happen to average ${meanWeight.toFixed(3)}`;
    return { code: 'wrong_weights', reason };
  }
  const inside = (value: number) => Math.min(range.high, Math.max(range.low, value));
  const told = { value: inside(found.mean), low: inside(found.low), high: inside(found.high) };
  return saysNothing(told, range) ? SAYS_NOTHING : told;
}

interface ToldValue extends Range {
  readonly value: number;
}

interface Range {
  readonly low: number;
  readonly high: number;
}

/** What a mean reward can be: 0 to 1 for clicks, from 0 where no reward is negative. */
function possibleRange(rewards: Float64Array): Range {
  const isBinary = rewards.every((reward) => reward === 0 || reward === 1);
  const isPositive = rewards.every((reward) => reward >= 0);
  return { low: isPositive ? 0 : Number.NEGATIVE_INFINITY, high: isBinary ? 1 : Number.POSITIVE_INFINITY };
}

function saysNothing(told: Range, possible: Range): boolean {
  return told.low <= possible.low && told.high >= possible.high;
}

const SAYS_NOTHING: Refusal = {
  code: 'uninformative',
  reason: 'the interval holds everything that a mean reward can be',
};
