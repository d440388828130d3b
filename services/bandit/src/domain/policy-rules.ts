import { type ArmState, emptyArmState, type PolicyArm, type PolicyRules, parsePolicySettings } from '@attune/bandits';
import type { Arm, Policy, PolicyDefinition } from './policy';

/** How a policy chooses, in the words of the library. Throws `invalid.policy` where its settings are none of its kind. */
export function rulesOf({ kind, explorationFloor, contextNames, settings, arms }: PolicyDefinition): PolicyRules {
  return {
    kind,
    explorationFloor,
    contextNames,
    settings: parsePolicySettings(kind, settings),
    priors: Object.fromEntries(arms.flatMap(({ name, prior }) => (prior === undefined ? [] : [[name, prior]]))),
  };
}

/** The arms of a policy with what is known of each: nothing where no event named it yet. */
export function armsOf(policy: Policy, states: ReadonlyMap<string, ArmState>): readonly PolicyArm[] {
  return policy.arms.map((arm) => ({
    state: states.get(arm.name) ?? emptyArmState(policy, arm.name),
    status: statusOf(arm),
  }));
}

function statusOf({ isActive, restrainedBecause }: Arm): PolicyArm['status'] {
  if (!isActive) return 'retired';
  return restrainedBecause === '' ? 'active' : 'restrained';
}
