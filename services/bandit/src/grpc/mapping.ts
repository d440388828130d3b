import { POLICY_KINDS, type PolicyKind } from '@attune/bandits';
import { bandit, type common } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { validate } from '@attune/grpc';
import type { Arm, ArmGuardrail, Policy, PolicyChange, PolicyDefinition } from '../domain/policy';
import type { ShownPolicy, ShownStatistics } from '../use-cases/get-policy';
import type { ToldReward } from '../use-cases/record-reward';
import type { SelectArmAnswer, SelectArmQuestion } from '../use-cases/select-arm';

const DAY_SECONDS = 86_400;
const USUAL_MIN_SELECTIONS = 100;
const MAX_REASON_CHARS = 1_000;
const MOST_CONTEXT = 1_000;
const MOST_ELIGIBLE = 1_000;

const KINDS: Readonly<Record<PolicyKind, bandit.PolicyKind>> = {
  thompson_beta: bandit.PolicyKind.THOMPSON_BETA,
  thompson_gaussian: bandit.PolicyKind.THOMPSON_GAUSSIAN,
  linucb: bandit.PolicyKind.LINUCB,
  linear_thompson: bandit.PolicyKind.LINEAR_THOMPSON,
  epsilon_greedy: bandit.PolicyKind.EPSILON_GREEDY,
  softmax: bandit.PolicyKind.SOFTMAX,
};

/** A policy as somebody wants it to be, its form checked and defaults filled in; what it means is checked in the domain. */
export function definitionOf(policy: bandit.Policy | undefined): PolicyDefinition {
  if (policy === undefined) throw invalidField('policy', 'is missing');
  const rewardWindowSeconds = policy.rewardWindowSeconds === 0 ? DAY_SECONDS : policy.rewardWindowSeconds;
  return {
    name: policy.name,
    kind: kindOf(policy.kind),
    arms: policy.arms.map(armOf),
    explorationFloor: policy.explorationFloor,
    contextNames: policy.contextNames,
    settings: policy.settings?.values ?? {},
    rewardWindowSeconds,
    assumeNothingAfterSeconds: policy.assumeNothingAfterSeconds,
    isEnabled: policy.enabled,
    defaultArm: policy.defaultArm,
    rewards: policy.rewards,
    guardrails: policy.guardrails.map(guardrailOf),
  };
}

function kindOf(kind: bandit.PolicyKind): PolicyKind {
  const found = POLICY_KINDS.find((name) => KINDS[name] === kind);
  if (found !== undefined) return found;
  throw invalidField('policy.kind', `is none; choose ${POLICY_KINDS.join(', ').toUpperCase()}`);
}

function armOf({ name, active, prior, restrainedBecause }: bandit.Arm): Arm {
  return {
    ...{ name, isActive: active, restrainedBecause },
    ...(prior === undefined ? {} : { prior: { mean: prior.mean, weight: prior.weight } }),
  };
}

function guardrailOf({ interactionType, maxRate, minSelections }: bandit.ArmGuardrail): ArmGuardrail {
  return { interactionType, maxRate, minSelections: minSelections === 0 ? USUAL_MIN_SELECTIONS : minSelections };
}

/** The reason of a change, checked. */
export function reasonOf({ reason }: bandit.UpdatePolicyRequest): string {
  const v = validate();
  v.text('reason', reason, { max: MAX_REASON_CHARS });
  v.throwIfAny();
  return reason;
}

/** What is asked of SelectArm, its form checked. */
export function questionOf(request: bandit.SelectArmRequest): SelectArmQuestion {
  const { policy, context, eligibleArms, decisionId } = request;
  const v = validate();
  v.id('policy', policy);
  v.each('context', context, { max: MOST_CONTEXT });
  v.each('eligible_arms', eligibleArms, { max: MOST_ELIGIBLE });
  v.throwIfAny();
  return { policy, context, eligibleArms, decisionId };
}

/** A reward that is told, its form checked. */
export function toldRewardOf(request: bandit.RecordRewardRequest): ToldReward {
  const { decisionId, reward, rewardId, earnedAt, policy } = request;
  const v = validate();
  v.id('decision_id', decisionId);
  v.id('reward_id', rewardId);
  v.optionalId('policy', policy);
  v.finite('reward', reward, { min: 0 });
  if (earnedAt !== undefined) v.time('earned_at', earnedAt);
  v.throwIfAny();
  return { decisionId, policy, reward, rewardId, ...(earnedAt === undefined ? {} : { earnedAt }) };
}

/** A choice for the wire. */
export function toAnswer(answer: SelectArmAnswer): bandit.SelectArmResponse {
  const { arm, propensity, decisionId, probabilities, policyVersion, note } = answer;
  return { arm, propensity, decisionId, probabilities: probabilities.map(toScored), policyVersion, note };
}

function toScored({ arm, probability }: SelectArmAnswer['probabilities'][number]): common.ScoredName {
  return { name: arm, score: probability };
}

/** A policy for the wire, with statistics where they are known. */
export function toPolicy(policy: Policy, statistics?: ShownPolicy['statistics']): bandit.Policy {
  return {
    name: policy.name,
    kind: KINDS[policy.kind],
    arms: policy.arms.map(({ name, isActive, prior, restrainedBecause }) => ({
      ...{ name, active: isActive, restrainedBecause, prior: prior && { ...prior } },
      statistics: toStatistics(statistics?.get(name)),
    })),
    explorationFloor: policy.explorationFloor,
    contextNames: [...policy.contextNames],
    settings: { values: { ...policy.settings } },
    rewardWindowSeconds: policy.rewardWindowSeconds,
    assumeNothingAfterSeconds: policy.assumeNothingAfterSeconds,
    enabled: policy.isEnabled,
    defaultArm: policy.defaultArm,
    version: policy.version,
    createdAt: policy.createdAt,
    rewards: { ...policy.rewards },
    guardrails: policy.guardrails.map((guardrail) => ({ ...guardrail })),
  };
}

function toStatistics(known: ShownStatistics | undefined): bandit.ArmStatistics | undefined {
  if (known === undefined) return undefined;
  return {
    selectionCount: known.selectionCount,
    rewardCount: known.rewardCount,
    rewardMean: known.mean,
    rewardLow: known.low,
    rewardHigh: known.high,
    propensity: known.propensity,
    pendingCount: known.pendingCount,
    guardrailRates: { ...known.guardrailRates },
  };
}

/** A change for the wire. */
export function toChange(change: PolicyChange): bandit.PolicyChange {
  const { sequence, changedAt, actor, arm, reason } = change;
  return { sequence, changedAt, actor, change: change.change, arm, reason, policy: toPolicy(change.policy) };
}

function invalidField(field: string, description: string): AppError {
  return new AppError('invalid.request', `${field} ${description}`, { violations: [{ field, description }] });
}
