import { checkPolicy } from '../domain/check-policy';
import type { Policy, PolicyDefinition } from '../domain/policy';
import type { Clock, PolicyStore } from '../ports';
import { policyChanged } from '../telemetry';

/** Creates policies. */
export function makeCreatePolicy(parts: {
  readonly policies: Pick<PolicyStore, 'create'>;
  readonly interactionTypes: readonly string[];
  readonly clock: Clock;
  /** Called when the policy is there. */
  readonly onChange: () => Promise<void>;
}) {
  return async (definition: PolicyDefinition, actor: string): Promise<Policy> => {
    checkPolicy(definition, parts.interactionTypes);
    const createdAt = parts.clock();
    const policy: Policy = { ...definition, version: 1, createdAt };
    const change = { changedAt: createdAt, actor, change: 'created', arm: '', reason: '', policy } as const;
    await parts.policies.create(policy, change);
    policyChanged(change);
    await parts.onChange();
    return policy;
  };
}
