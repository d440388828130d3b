import type { ChangedPolicy } from './change-policy';
import type { Breach } from './judge-guardrails';
import type { Policy } from './policy';

/** The policy with arms held at the floor. What was held, retired or let go in the meantime stays so. */
export function holdArms(before: Policy, breaches: readonly Breach[], at: Date): ChangedPolicy {
  const held = breaches.filter(({ arm }) =>
    before.arms.some(({ name, isActive, restrainedBecause }) => name === arm && isActive && restrainedBecause === ''),
  );
  if (held.length === 0) return { policy: before, changes: [] };
  const reasons = new Map(held.map(({ arm, reason }) => [arm, reason]));
  const arms = before.arms.map((arm) => ({
    ...arm,
    restrainedBecause: reasons.get(arm.name) ?? arm.restrainedBecause,
  }));
  const policy: Policy = { ...before, arms, version: before.version + 1 };
  const changes = held.map(({ arm, reason }) => ({
    ...{ changedAt: at, actor: 'guardrail', change: 'arm_restrained' as const, arm, reason, policy },
  }));
  return { policy, changes };
}
