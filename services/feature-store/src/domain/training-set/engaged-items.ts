import type { Part } from '../blocks/part';

const NOT_ENGAGED = new Set(['impression', 'unhide']);

/**
 * Every item that a user did something with, as hashes: a sampled negative must be none of them. It grows with the user's history,
 * so that only replays keep it, never the states that are served.
 */
export const engagedItems: Part<Set<number>> = {
  name: 'engaged_items',
  version: 1,
  hears: (event) => event.kind === 'interaction' && !NOT_ENGAGED.has(event.type),
  initial: () => new Set(),
  on: (event, keys) => {
    if (event.kind !== 'interaction' || NOT_ENGAGED.has(event.type) || keys.has(event.itemKey)) return false;
    keys.add(event.itemKey);
    return true;
  },
  write: (keys, out) => {
    out.count(keys.size);
    for (const key of keys) out.count(key);
  },
  read: (from) => new Set(Array.from({ length: from.count() }, () => from.count())),
};
