import { AppError } from '@attune/errors';
import type { ArmState } from './arm-state';
import type { PolicyRules } from './policy-rules';

/** An arm as a choice sees it. */
export interface PolicyArm {
  readonly state: ArmState;
  /** `restrained`: a guardrail is breached, the arm gets its floor and no more. `retired`: never chosen, its state stays. */
  readonly status: 'active' | 'restrained' | 'retired';
}

/** What a choice is made of. */
export interface SelectionRequest {
  readonly rules: PolicyRules;
  readonly arms: readonly PolicyArm[];
  /** In the order of the rules' context names, without the bias term; kinds without a context ignore it. */
  readonly context?: ArrayLike<number>;
  /** Only among the arms of these names; all that are not retired where absent or empty. */
  readonly eligible?: readonly string[];
  /** Epoch milliseconds; ages the evidence where there is a half-life. */
  readonly atMs: number;
}

/**
 * The indices of the arms that may be chosen. Throws `invalid.eligible_arms` for a name that no arm has, and
 * `failed_precondition.no_arm` where none is left.
 */
export function eligibleArms({ arms, eligible }: Pick<SelectionRequest, 'arms' | 'eligible'>): number[] {
  const isAsked = eligible !== undefined && eligible.length > 0;
  if (isAsked) checkNames(arms, eligible);
  const found: number[] = [];
  for (const [index, { state, status }] of arms.entries()) {
    if (status !== 'retired' && (!isAsked || eligible.includes(state.arm))) found.push(index);
  }
  if (found.length > 0) return found;
  throw new AppError(
    'failed_precondition.no_arm',
    'no arm can be chosen: all that are eligible are retired; activate one',
  );
}

function checkNames(arms: readonly PolicyArm[], eligible: readonly string[]): void {
  const unknown = eligible.filter((name) => !arms.some(({ state }) => state.arm === name));
  if (unknown.length === 0) return;
  const known = arms.map(({ state }) => state.arm).join(', ');
  const description = `has arms that the policy does not have: ${unknown.join(', ')}; it has ${known}`;
  throw new AppError('invalid.eligible_arms', `eligible ${description}`, {
    violations: [{ field: 'eligible', description }],
  });
}
