import type { Filter } from '../parts';

/** Takes out what the caller does not want in this slate. */
export const excludedFilter: Filter = {
  name: 'filters/excluded',
  removes: ({ excludedItemIds }) => (excludedItemIds.size === 0 ? undefined : (itemId) => excludedItemIds.has(itemId)),
  limit: ({ excludedItemIds }) => excludedItemIds.size,
};
