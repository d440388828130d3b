import type { SeenItems, SeenItemsReader } from '../../ports';
import type { Hydrator } from '../parts';

/** A user of whom nothing is known. */
export const NOTHING_SEEN: SeenItems = { seen: new Set(), hidden: new Set() };

/** Reads what the user has seen and hidden. Without the store it uses what this process remembers of the user. */
export function seenItemsHydrator({ seenItems }: { readonly seenItems: SeenItemsReader }): Hydrator {
  return {
    name: 'hydrators/seen_items',
    hydrate: async ({ userId }, waiting) => ({ seenItems: await seenItems.seenBy(userId, waiting) }),
    fallback: ({ userId }) => {
      const known = seenItems.lastKnown(userId);
      return known === undefined
        ? { state: { seenItems: NOTHING_SEEN }, message: 'the slate may hold items that the user has seen' }
        : { state: { seenItems: known }, message: 'the filter used what it last knew of the user' };
    },
  };
}
