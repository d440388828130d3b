import { type ArmState, decodeArmStates } from '@attune/bandits';
import type { Policy, PolicyChange, PolicyDefinition } from '../domain/policy';
import type { PolicyWithStates } from '../ports';

/** A row of `policies`, with that of `policy_states` where there is one. */
export interface PolicyRow {
  readonly name: string;
  readonly version: number;
  readonly definition: PolicyDefinition;
  readonly created_at: Date;
  readonly states: Uint8Array | null;
}

/** The columns of a `PolicyRow`. */
export const POLICY_COLUMNS =
  'p.name, p.version, p.definition, p.created_at, s.states FROM policies p LEFT JOIN policy_states s ON s.policy = p.name';

/** The definition alone. */
export function policyFromRow({ definition, version, created_at }: PolicyRow): Policy {
  return { ...definition, version, createdAt: created_at };
}

/** The definition and what was learned. */
export function policyWithStates(row: PolicyRow): PolicyWithStates {
  const states = row.states === null ? [] : decodeArmStates(row.states);
  return {
    policy: policyFromRow(row),
    states: new Map<string, ArmState>(states.map((state) => [state.arm, state])),
  };
}

/** What is kept of a policy in one column. */
export function definitionJson({ version: _, createdAt: __, ...definition }: Policy): string {
  return JSON.stringify(definition);
}

/** A row of `policy_changes`, with when the policy was created. */
export interface ChangeRow {
  readonly sequence: number;
  readonly changed_at: Date;
  readonly actor: string;
  readonly change: PolicyChange['change'];
  readonly arm: string;
  readonly reason: string;
  readonly version: number;
  readonly definition: PolicyDefinition;
  readonly created_at: Date;
}

/** A change as the history has it. */
export function changeFromRow(row: ChangeRow): PolicyChange {
  const { sequence, actor, change, arm, reason, version, definition } = row;
  const policy: Policy = { ...definition, version, createdAt: row.created_at };
  return { sequence, changedAt: row.changed_at, actor, change, arm, reason, policy };
}
