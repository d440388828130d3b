import { checkPolicyRules, MOST_ARMS } from '@attune/bandits';
import { AppError, type FieldViolation, isAppError } from '@attune/errors';
import type { PolicyDefinition } from './policy';
import { rulesOf } from './policy-rules';

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const ARM_NAME = /^[a-z0-9][a-z0-9_.:-]{0,63}$/i;
const CONTEXT_NAME = /^[a-z][a-z0-9_]{0,63}$/;
const LONGEST_WINDOW_SECONDS = 30 * 86_400;
const MOST_REWARD = 1e9;
const MOST_REASON_CHARS = 1_000;

/** Throws `invalid.policy` with everything that keeps a definition from being a policy. `types`: the interaction types that exist. */
export function checkPolicy(policy: PolicyDefinition, types: readonly string[]): void {
  const violations = [
    ...checkName(policy),
    ...checkArms(policy),
    ...checkWindows(policy),
    ...checkRewards(policy, types),
    ...checkGuardrails(policy, types),
    ...checkRules(policy),
  ];
  if (violations.length === 0) return;
  const said = violations.map(({ field, description }) => `${field} ${description}`).join('; ');
  throw new AppError('invalid.policy', said, { violations });
}

function checkName({ name, contextNames }: PolicyDefinition): FieldViolation[] {
  const wrong = contextNames.filter((one) => !CONTEXT_NAME.test(one));
  return [
    ...violation(!NAME.test(name), 'name', 'must be 1 to 64 lower-case letters, digits and dashes, no dash at an end'),
    ...violation(
      wrong.length > 0,
      'context_names',
      `must be of lower-case letters, digits and underscores; "${wrong[0]}" is not`,
    ),
  ];
}

function checkArms({ arms, defaultArm }: PolicyDefinition): FieldViolation[] {
  const names = arms.map(({ name }) => name);
  const wrong = names.filter((name) => !ARM_NAME.test(name));
  const isDefault = arms.some(({ name, isActive }) => name === defaultArm && isActive);
  return [
    ...violation(arms.length > 4 * MOST_ARMS, 'arms', `must be at most ${4 * MOST_ARMS}, retired ones included`),
    ...violation(
      wrong.length > 0,
      'arms.name',
      `must be 1 to 64 letters, digits, dashes, dots, colons and underscores; ${JSON.stringify(wrong[0])} is not`,
    ),
    ...violation(new Set(names).size < names.length, 'arms', 'must have different names'),
    ...violation(
      arms.some(({ restrainedBecause }) => restrainedBecause.length > MOST_REASON_CHARS),
      'arms.restrained_because',
      `must be at most ${MOST_REASON_CHARS} characters`,
    ),
    ...violation(!isDefault, 'default_arm', `must be one of the active arms; "${defaultArm}" is not`),
  ];
}

function checkWindows({ rewardWindowSeconds, assumeNothingAfterSeconds }: PolicyDefinition): FieldViolation[] {
  const isSound = (seconds: number) => seconds > 0 && seconds <= LONGEST_WINDOW_SECONDS;
  return [
    ...violation(
      !isSound(rewardWindowSeconds),
      'reward_window_seconds',
      `must be a number above 0, at most ${LONGEST_WINDOW_SECONDS}`,
    ),
    ...violation(
      !(assumeNothingAfterSeconds >= 0),
      'assume_nothing_after_seconds',
      'must be 0 (at once) or more, up to the reward window',
    ),
    ...violation(
      assumeNothingAfterSeconds > rewardWindowSeconds,
      'assume_nothing_after_seconds',
      'must not be longer than the reward window',
    ),
  ];
}

function checkRewards({ kind, rewards }: PolicyDefinition, types: readonly string[]): FieldViolation[] {
  const most = kind === 'thompson_beta' ? 1 : MOST_REWARD;
  return Object.entries(rewards).flatMap(([type, reward]) => [
    ...checkType(`rewards["${type}"]`, type, types),
    ...violation(!(reward >= 0 && reward <= most), `rewards["${type}"]`, `must be a number from 0 to ${most}`),
  ]);
}

function checkGuardrails({ guardrails }: PolicyDefinition, types: readonly string[]): FieldViolation[] {
  const watched = guardrails.map(({ interactionType }) => interactionType);
  return [
    ...violation(new Set(watched).size < watched.length, 'guardrails', 'must watch different types of interaction'),
    ...guardrails.flatMap(({ interactionType, maxRate }, at) => [
      ...checkType(`guardrails[${at}].interaction_type`, interactionType, types),
      ...violation(!(maxRate >= 0 && maxRate < 1), `guardrails[${at}].max_rate`, 'must be a number from 0 to below 1'),
    ]),
  ];
}

function checkType(field: string, type: string, types: readonly string[]): FieldViolation[] {
  return violation(!types.includes(type), field, `"${type}" is no type of interaction; use ${types.join(', ')}`);
}

/** The settings of the kind; and floor, context names and priors as the library sees them, with the usual settings where these are wrong. */
function checkRules(policy: PolicyDefinition): FieldViolation[] {
  const active = policy.arms.flatMap(({ name, isActive }) => (isActive ? [name] : []));
  const wrong = checkSettings(policy);
  const rules = rulesOf(wrong.length === 0 ? policy : { ...policy, settings: {} });
  const found = checkPolicyRules(rules, active).map(({ field, description }) => ({
    field: FIELDS[field] ?? field,
    description,
  }));
  return [...wrong, ...found];
}

function checkSettings(policy: PolicyDefinition): readonly FieldViolation[] {
  try {
    rulesOf(policy);
    return [];
  } catch (error) {
    if (isAppError(error, 'invalid.policy')) return error.violations;
    throw error;
  }
}

/** The contract's names of what the library checks. */
const FIELDS: Readonly<Record<string, string>> = {
  explorationFloor: 'exploration_floor',
  contextNames: 'context_names',
};

function violation(isWrong: boolean, field: string, description: string): FieldViolation[] {
  return isWrong ? [{ field, description }] : [];
}
