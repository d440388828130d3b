import type { Filter } from '../parts';

/** Takes out what the user has viewed or acted on, unless the caller asks for it. */
export const alreadySeenFilter: Filter = {
  name: 'filters/already_seen',
  removes: ({ includeSeen }, { seenItems }) =>
    includeSeen || seenItems.seen.size === 0 ? undefined : (itemId) => seenItems.seen.has(itemId),
  limit: ({ includeSeen }, { seenItems }) => (includeSeen ? 0 : seenItems.seen.size),
};
