import type { Filter } from '../parts';

/** Takes out what the user has viewed or acted on, for as long as the surface says of each, unless the caller asks for it. */
export const alreadySeenFilter: Filter = {
  name: 'filters/already_seen',
  description:
    'takes out what the user did something with lately, by type and for the hours that the surface has for it',
  removes: ({ includeSeen, surface, nowMs }, { seen }) =>
    includeSeen || seen.size === 0 ? undefined : (item) => seen.has(item, surface.seenHours, nowMs),
  limit: ({ includeSeen }, { seen }) => (includeSeen ? 0 : seen.size),
};
