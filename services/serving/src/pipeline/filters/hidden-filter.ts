import type { Filter } from '../parts';

/** Takes out what the user hid or reported, also for callers that ask for seen items. */
export const hiddenFilter: Filter = {
  name: 'filters/hidden',
  removes: (_, { seenItems }) => (seenItems.hidden.size === 0 ? undefined : (itemId) => seenItems.hidden.has(itemId)),
  limit: (_, { seenItems }) => seenItems.hidden.size,
};
