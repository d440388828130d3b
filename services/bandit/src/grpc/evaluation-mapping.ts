import type { OffPolicyEstimate, OffPolicyReport } from '@attune/bandits';
import type { bandit } from '@attune/contracts';
import { validate } from '@attune/grpc';
import type { EvaluatePolicyQuestion } from '../use-cases/evaluate-policy';

const MOST_ESTIMATORS = 20;

/** What is asked of EvaluatePolicy, its form checked. */
export function evaluationOf(request: bandit.EvaluatePolicyRequest): EvaluatePolicyQuestion {
  const { policy, targetPolicy, estimators, from, to } = request;
  const v = validate();
  v.id('policy', policy);
  v.optionalId('target_policy', targetPolicy);
  v.each('estimators', estimators, { max: MOST_ESTIMATORS });
  if (from !== undefined) v.time('from', from);
  if (to !== undefined) v.time('to', to);
  v.check('to', from !== undefined && to !== undefined && from >= to, 'must be later than from');
  v.throwIfAny();
  return {
    ...{ policy, targetPolicy, estimators },
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

/** Estimates for the wire. */
export function toReport({
  rows,
  loggedMean,
  largestWeight,
  estimates,
}: OffPolicyReport): bandit.EvaluatePolicyResponse {
  return { estimates: estimates.map(toEstimate), decisionCount: rows, loggedMean, largestWeight };
}

function toEstimate(estimate: OffPolicyEstimate): bandit.OffPolicyEstimate {
  const { estimator } = estimate;
  if (estimate.status === 'refused') {
    const refusal = { code: `failed_precondition.${estimate.code}`, message: estimate.reason, field: '' };
    return { estimator, value: 0, low: 0, high: 0, effectiveSampleSize: 0, refusal };
  }
  const { value, low, high, effectiveSampleSize } = estimate;
  return { estimator, value, low, high, effectiveSampleSize, refusal: undefined };
}
