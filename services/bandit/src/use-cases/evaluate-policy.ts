import { ESTIMATORS, type EstimatorName, type OffPolicyReport } from '@attune/bandits';
import { AppError } from '@attune/errors';
import type { TargetPolicy } from '../domain/logged-choices';
import type { Policy } from '../domain/policy';
import type { EvaluationTask, PolicyEvaluator } from '../evaluation-ports';
import type { Clock, PolicyShelf } from '../ports';

/** What is asked. */
export interface EvaluatePolicyQuestion {
  readonly policy: string;
  /** Empty for the policy that draws evenly. */
  readonly targetPolicy: string;
  /** Empty for all. */
  readonly estimators: readonly string[];
  readonly from?: Date;
  readonly to?: Date;
}

/** What evaluation needs. */
export interface EvaluatePolicyParts {
  readonly policies: PolicyShelf;
  readonly evaluator: PolicyEvaluator;
  readonly clock: Clock;
}

/** Estimates from logged decisions what another policy, as it is now, would have earned; or says why the log cannot answer. */
export function makeEvaluatePolicy(parts: EvaluatePolicyParts) {
  return async (
    question: EvaluatePolicyQuestion,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<OffPolicyReport> => {
    const estimators = estimatorsOf(question.estimators);
    await parts.policies.all();
    const { policy } = await parts.policies.get(question.policy);
    const target = await targetOf(parts, policy, question.targetPolicy);
    const now = parts.clock();
    const task: EvaluationTask = {
      ...{ policy: policy.name, armNames: policy.arms.map(({ name }) => name), target, estimators },
      contextCount: policy.contextNames.length,
      choices: {
        to: question.to ?? now,
        resolvedBefore: new Date(now.getTime() - policy.rewardWindowSeconds * 1_000),
        ...(question.from === undefined ? {} : { from: question.from }),
      },
    };
    return parts.evaluator.evaluate(task, { signal });
  };
}

async function targetOf(
  { policies, clock }: EvaluatePolicyParts,
  logged: Policy,
  name: string,
): Promise<TargetPolicy | undefined> {
  if (name === '') return undefined;
  const { policy, rules, arms } = await policies.get(name);
  const known = new Set(logged.arms.map((arm) => arm.name));
  const strange = policy.arms.filter((arm) => arm.isActive && !known.has(arm.name)).map((arm) => arm.name);
  if (strange.length > 0) {
    const message = `policy "${name}" chooses arms that policy "${logged.name}" never had: ${strange.join(', ')}`;
    throw new AppError('failed_precondition.target_arms', `${message}; the log says nothing of them`);
  }
  const needs = rules.contextNames;
  if (needs.length > 0 && needs.join() !== logged.contextNames.join()) {
    const message = `policy "${name}" looks at ${needs.join(', ')}, and policy "${logged.name}" recorded`;
    throw new AppError(
      'failed_precondition.target_context',
      `${message} ${logged.contextNames.join(', ') || 'nothing'}`,
    );
  }
  return { rules, arms, atMs: clock().getTime() };
}

function estimatorsOf(asked: readonly string[]): readonly EstimatorName[] {
  const unknown = asked.filter((name) => !(ESTIMATORS as readonly string[]).includes(name));
  if (unknown.length === 0) return asked as readonly EstimatorName[];
  const description = `has ${unknown.join(', ')}; use ${ESTIMATORS.join(', ')}`;
  throw new AppError('invalid.estimators', `estimators ${description}`, {
    violations: [{ field: 'estimators', description }],
  });
}
