import { page, pageSize, placeOf } from '@attune/paging';
import type { CallOptions, EventStore } from '../ports';

/** Which page of the items. */
export interface ItemPageQuestion {
  readonly pageSize: number;
  readonly pageToken: string;
}

/** A page of items in the order of their ids, as the contract's messages. */
export interface ItemPage {
  readonly records: readonly Uint8Array[];
  readonly nextPageToken: string;
}

const DEFAULT_PAGE_SIZE = 500;
/** Long texts fill a message sooner than the number of items does: a page then has fewer. */
const MAX_PAGE_BYTES = 2 * 1024 * 1024;

/**
 * Lists all items. A page begins after the last id of the one before, so whoever reads all pages while items come and change sees
 * each item that was there when the reading began exactly once, as it is when its page is read.
 */
export function makeListItems({ store }: { readonly store: Pick<EventStore, 'itemsAfter'> }) {
  return async (asked: ItemPageQuestion, options?: CallOptions): Promise<ItemPage> => {
    const wanted = pageSize(asked.pageSize, DEFAULT_PAGE_SIZE);
    const question = 'items';
    const after = String(placeOf(asked.pageToken, question)?.[0] ?? '');
    const found = await store.itemsAfter(after, { count: wanted + 1, bytes: MAX_PAGE_BYTES }, options);
    const fitting = found.findIndex(({ record }) => record === undefined);
    const size = fitting < 0 ? wanted : Math.min(wanted, fitting);
    const { rows, nextPageToken } = page(found, { size, question, placeAfter: ({ itemId }) => [itemId] });
    return { records: rows.map(({ record }) => record!), nextPageToken };
  };
}
