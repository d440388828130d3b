import type { CallOptions, EventStore, InteractionPublisher, StoreCounts } from '../ports';

/** Counts of what the store holds, and how many interactions and entity changes of the log it does not hold yet. */
export type StoreStats = StoreCounts & { readonly pendingCount: number };

interface Needs {
  readonly store: EventStore;
  readonly publisher: InteractionPublisher;
}

/** Counts what the store holds. The lag is read first: what is applied between the two reads is counted, not missed. */
export function makeGetStoreStats({ store, publisher }: Needs) {
  return async (options?: CallOptions): Promise<StoreStats> => {
    const pendingCount = await publisher.pendingCount();
    return { ...(await store.counts(options)), pendingCount };
  };
}
