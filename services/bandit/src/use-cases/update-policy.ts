import { changePolicy } from '../domain/change-policy';
import { checkPolicy } from '../domain/check-policy';
import type { NewChange, Policy, PolicyDefinition } from '../domain/policy';
import type { Clock, PolicyStore } from '../ports';
import { policyChanged } from '../telemetry';

/** A policy as somebody wants it to be. */
export interface PolicyUpdate {
  readonly definition: PolicyDefinition;
  /** The version that the change is based on. */
  readonly basedOnVersion: number;
  readonly reason: string;
  readonly actor: string;
}

/** Changes policies: arms, floor, rewards, guardrails, or off altogether. */
export function makeUpdatePolicy(parts: {
  readonly policies: Pick<PolicyStore, 'change'>;
  readonly interactionTypes: readonly string[];
  readonly clock: Clock;
  readonly onChange: () => Promise<void>;
}) {
  return async ({ definition, basedOnVersion, reason, actor }: PolicyUpdate): Promise<Policy> => {
    checkPolicy(definition, parts.interactionTypes);
    let changes: readonly NewChange[] = [];
    const policy = await parts.policies.change(definition.name, (before) => {
      const changed = changePolicy(before, definition, basedOnVersion, { actor, reason, at: parts.clock() });
      changes = changed.changes;
      return changed;
    });
    for (const change of changes) policyChanged(change);
    await parts.onChange();
    return policy;
  };
}
