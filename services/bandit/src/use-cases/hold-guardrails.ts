import { holdArms } from '../domain/hold-arms';
import { JUDGED_WINDOWS_SECONDS, judgeGuardrails } from '../domain/judge-guardrails';
import type { NewChange, Policy } from '../domain/policy';
import type { Clock, PolicyShelf, PolicyStore, WatchStore } from '../ports';
import { policyChanged } from '../telemetry';

/** What holding needs. */
export interface HoldGuardrailsParts {
  readonly shelf: Pick<PolicyShelf, 'all'>;
  readonly policies: Pick<PolicyStore, 'change'>;
  readonly watch: WatchStore;
  readonly clock: Clock;
  readonly onChange: () => Promise<void>;
}

/** Judges the arms of every policy that has guardrails, and holds those that breach one at the floor until a person lets them go. */
export function makeHoldGuardrails(parts: HoldGuardrailsParts) {
  return async ({ signal }: { readonly signal: AbortSignal }): Promise<number> => {
    let count = 0;
    for (const policy of await parts.shelf.all()) {
      if (signal.aborted) break;
      if (policy.guardrails.length > 0) count += await holdOf(parts, policy);
    }
    if (count > 0) await parts.onChange();
    return count;
  };
}

async function holdOf({ policies, watch, clock }: HoldGuardrailsParts, policy: Policy): Promise<number> {
  const since = new Map(
    policy.arms.flatMap(({ name, releasedAtMs }) =>
      releasedAtMs === undefined ? [] : [[name, new Date(releasedAtMs)] as const],
    ),
  );
  const now = clock();
  const question = { policy: policy.name, windowsSeconds: JUDGED_WINDOWS_SECONDS, since, now };
  const breaches = judgeGuardrails(policy, await watch.watch(question));
  if (breaches.length === 0) return 0;
  let changes: readonly NewChange[] = [];
  await policies.change(policy.name, (before) => {
    const changed = holdArms(before, breaches, now);
    changes = changed.changes;
    return changed;
  });
  for (const change of changes) policyChanged(change);
  return changes.length;
}
