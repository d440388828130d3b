import type { CallOptions, Clock, EventStore, LogPosition, StoredDecision } from '../ports';

/** Keeps a batch of decision records: all of it, or nothing. */
export type KeepDecisions = (
  batch: readonly StoredDecision[],
  position: LogPosition,
  options?: CallOptions,
) => Promise<void>;

/** Decisions and events have their ids from different makers, so these must not be taken for those. */
const idOf = ({ decisionId }: StoredDecision) => `decision:${decisionId}`;

interface Needs {
  readonly store: EventStore;
  readonly clock: Clock;
}

/** Keeps decision records, each once. */
export function makeKeepDecisions({ store, clock }: Needs): KeepDecisions {
  return (batch, position, options) =>
    store.transaction(
      clock(),
      async (tx) => {
        const added = await tx.addNewIds(batch.map(idOf));
        const fresh = added === undefined ? batch : batch.filter((decision) => added.delete(idOf(decision)));
        if (fresh.length > 0) await tx.addDecisions(await tx.nextSeq(), fresh);
        await tx.advance(position, fresh.length);
      },
      options,
    );
}
