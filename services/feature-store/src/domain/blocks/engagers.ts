import { latestKeys } from './latest-keys';

const CAPACITY = 64;

/** The last 64 people who did something positive with an item, as hashes of their ids. A view alone is no engagement. */
export const engagers = latestKeys('engagers', 1, CAPACITY, ({ strength, type, userKey }) =>
  strength > 0 && type !== 'view' ? userKey : undefined,
);
