import type { CallOptions, EventStore, LogPosition, StoredDecision } from '../ports';

/** Keeps a batch of decision records: all of it, or nothing. */
export type KeepDecisions = (
  batch: readonly StoredDecision[],
  position: LogPosition,
  options?: CallOptions,
) => Promise<void>;

/** Keeps decision records, each once. */
export function makeKeepDecisions({ store }: { readonly store: EventStore }): KeepDecisions {
  return (batch, position, options) =>
    store.transaction(async (tx) => tx.advance(position, await tx.putDecisions(batch)), options);
}
