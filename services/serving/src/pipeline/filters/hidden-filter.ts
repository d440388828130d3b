import type { Filter } from '../parts';

/** Takes out what the user hid or reported, also for callers that ask for seen items. */
export const hiddenFilter: Filter = {
  name: 'filters/hidden',
  description: 'takes out what the user hid or reported, whatever the caller asks for',
  removes: (_, { hidden }) => (hidden.size === 0 ? undefined : (item) => hidden.has(item)),
  limit: (_, { hidden }) => hidden.size,
};
