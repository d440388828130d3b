import type { Client, featureStore } from '@attune/contracts';
import type { ItemLister, ListedItems } from '../item-ports';
import type { Waiting } from '../ports';

/** As many as the feature-store gives at once. */
const PAGE_SIZE = 1_000;
const DEADLINE_MS = 10_000;

type FeatureStore = Pick<Client<typeof featureStore.FeatureStoreServiceService>, 'listItems'>;

/** Lists the items of the feature-store page by page. */
export class FeatureStoreItems implements ItemLister {
  constructor(private readonly featureStore: () => FeatureStore) {}

  list(pageToken: string, { signal }: Waiting): Promise<ListedItems> {
    return this.featureStore().listItems({ pageSize: PAGE_SIZE, pageToken }, { deadlineMs: DEADLINE_MS, signal });
  }
}
