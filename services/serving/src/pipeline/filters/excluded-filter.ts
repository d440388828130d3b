import type { Filter } from '../parts';

/** Takes out what the caller does not want in this slate. */
export const excludedFilter: Filter = {
  name: 'filters/excluded',
  description: 'takes out what the request names as not wanted',
  removes: ({ excluded }) => (excluded.size === 0 ? undefined : (item) => excluded.has(item)),
  limit: ({ excluded }) => excluded.size,
};
