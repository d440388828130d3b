import { itemFactsOf } from '../domain/catalog/item-facts';
import type { ItemLister, ItemProjection } from '../item-ports';
import type { Clock, Waiting } from '../ports';

/** What filling needs. */
export interface FillItemsParts {
  readonly lister: ItemLister;
  readonly projection: Pick<ItemProjection, 'put' | 'holdFilling' | 'markWhole'>;
  /** Names this replica. */
  readonly holder: string;
  readonly clock: Clock;
}

/**
 * Makes the use case: fills a projection of items that was lost, or never was, from the feature-store, page by page, while changes from
 * the log go on: what comes from the log always knows better. One replica at a time does it. Returns how many items there were;
 * undefined while another replica is at it.
 */
export function makeFillItems({ lister, projection, holder, clock }: FillItemsParts) {
  return async function fillItems(waiting: Waiting): Promise<number | undefined> {
    let count = 0;
    for (let pageToken = ''; ; ) {
      waiting.signal.throwIfAborted();
      if (!(await projection.holdFilling(holder))) return undefined;
      const { items, nextPageToken } = await lister.list(pageToken, waiting);
      await projection.put(items.map((item) => ({ facts: itemFactsOf(item), acceptedAtMs: 0, eventId: '' })));
      count += items.length;
      if (nextPageToken === '') break;
      pageToken = nextPageToken;
    }
    await projection.markWhole(clock());
    return count;
  };
}
