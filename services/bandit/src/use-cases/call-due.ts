import type { Clock, PolicyEventPublisher, PolicyShelf, SelectionStore } from '../ports';

const BATCH = 500;

/**
 * Says in the log of which choices the outcome is due. It is said there, and not concluded by whoever folds, so that the log alone gives
 * the same state again. Said twice, it counts once.
 */
export function makeCallDue(parts: {
  readonly policies: PolicyShelf;
  readonly selections: Pick<SelectionStore, 'pending'>;
  readonly publisher: Pick<PolicyEventPublisher, 'due'>;
  readonly clock: Clock;
}) {
  return async ({ signal }: { readonly signal: AbortSignal }): Promise<number> => {
    let count = 0;
    for (const { name, assumeNothingAfterSeconds } of await parts.policies.all()) {
      const before = new Date(parts.clock().getTime() - assumeNothingAfterSeconds * 1_000);
      if (signal.aborted) break;
      const due = await parts.selections.pending({ policy: name, before, limit: 20 * BATCH });
      for (let at = 0; at < due.length; at += BATCH) await parts.publisher.due(name, due.slice(at, at + BATCH));
      count += due.length;
    }
    return count;
  };
}
