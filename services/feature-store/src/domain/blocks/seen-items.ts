import { latestKeys } from './latest-keys';

const CAPACITY = 128;

/** The last 128 items that a user viewed or acted on, as hashes of their ids. */
export const seenItems = latestKeys('seen_items', 1, CAPACITY, ({ type, itemKey }) =>
  type === 'impression' || type === 'unhide' ? undefined : itemKey,
);
