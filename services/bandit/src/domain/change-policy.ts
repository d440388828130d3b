import { AppError, type FieldViolation } from '@attune/errors';
import type { Arm, NewChange, Policy, PolicyDefinition } from './policy';

/** Who changes a policy, when and why. */
export interface ChangeReason {
  readonly actor: string;
  readonly reason: string;
  readonly at: Date;
}

/** A policy after a change, and what its history says of it. */
export interface ChangedPolicy {
  readonly policy: Policy;
  /** At least one where anything is different, else none. */
  readonly changes: readonly NewChange[];
}

/**
 * A policy as somebody wants it to be. Throws `conflict.policy_version` where it changed since it was read, `invalid.policy` for what cannot
 * change once there is a history: the kind, the context, the half-life, and arms that were there.
 */
export function changePolicy(before: Policy, wanted: PolicyDefinition, based: number, by: ChangeReason): ChangedPolicy {
  requireVersion(before, based);
  requireSameMeaning(before, wanted);
  const arms = wanted.arms.map((arm) => withRelease(arm, armOf(before, arm.name), by));
  const version = before.version + 1;
  const policy: Policy = { ...wanted, arms, version, createdAt: before.createdAt };
  const kinds = changesOf(before, policy);
  if (kinds.length === 0) return { policy: before, changes: [] };
  const changes = kinds.map(({ change, arm }) => ({
    ...{ changedAt: by.at, actor: by.actor, change, arm, reason: by.reason, policy },
  }));
  return { policy, changes };
}

function requireVersion(before: Policy, based: number): void {
  if (based === before.version) return;
  throw new AppError(
    'conflict.policy_version',
    `policy "${before.name}" is at version ${before.version}, and this change is based on ${based}: read it again, and change that`,
  );
}

function requireSameMeaning(before: Policy, wanted: PolicyDefinition): void {
  const violations: FieldViolation[] = [];
  const different = (field: string, one: unknown, other: unknown) => {
    if (JSON.stringify(one) === JSON.stringify(other)) return;
    const description = 'cannot be changed, since what was learned depends on it: create a new policy';
    violations.push({ field, description });
  };
  different('kind', before.kind, wanted.kind);
  different('context_names', before.contextNames, wanted.contextNames);
  different('settings.halfLifeHours', before.settings.halfLifeHours ?? null, wanted.settings.halfLifeHours ?? null);
  const missing = before.arms.filter(({ name }) => armOf(wanted, name) === undefined);
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(', ');
    violations.push({
      field: 'arms',
      description: `lack ${names}: retire an arm by active = false, its history stays`,
    });
  }
  if (violations.length === 0) return;
  const said = violations.map(({ field, description }) => `${field} ${description}`).join('; ');
  throw new AppError('invalid.policy', said, { violations });
}

function armOf({ arms }: Pick<Policy, 'arms'>, name: string): Arm | undefined {
  return arms.find((arm) => arm.name === name);
}

/** Guardrails begin anew with an arm that is let go. */
function withRelease(arm: Arm, before: Arm | undefined, { at }: ChangeReason): Arm {
  const isLetGo = arm.restrainedBecause === '' && before !== undefined && before.restrainedBecause !== '';
  const releasedAtMs = isLetGo ? at.getTime() : before?.releasedAtMs;
  return { ...arm, ...(releasedAtMs === undefined ? {} : { releasedAtMs }) };
}

function changesOf(before: Policy, after: Policy): Pick<NewChange, 'change' | 'arm'>[] {
  const changes: Pick<NewChange, 'change' | 'arm'>[] = [];
  if (before.isEnabled !== after.isEnabled) {
    changes.push({ change: after.isEnabled ? 'switched_on' : 'switched_off', arm: '' });
  }
  for (const arm of after.arms) {
    const was = armOf(before, arm.name)?.restrainedBecause ?? '';
    if (was === '' && arm.restrainedBecause !== '') changes.push({ change: 'arm_restrained', arm: arm.name });
    if (was !== '' && arm.restrainedBecause === '') changes.push({ change: 'arm_released', arm: arm.name });
  }
  if (restOf(before) !== restOf(after)) changes.push({ change: 'updated', arm: '' });
  return changes;
}

/** Everything that no other kind of change is about. */
function restOf({ version: _, isEnabled: __, arms, ...rest }: Policy): string {
  const plain = arms.map(({ name, isActive, prior }) => ({
    name,
    isActive,
    prior: prior && [prior.mean, prior.weight],
  }));
  return JSON.stringify([
    plain,
    rest.explorationFloor,
    rest.defaultArm,
    rest.rewardWindowSeconds,
    rest.assumeNothingAfterSeconds,
    rest.guardrails.map(({ interactionType, maxRate, minSelections }) => [interactionType, maxRate, minSelections]),
    sorted(rest.rewards),
    sorted(rest.settings),
  ]);
}

const sorted = (values: Readonly<Record<string, unknown>>) =>
  Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
