import type { KeptUser, KeptUserReader, SeenItems } from '../../ports';
import type { Hydrator, UserState } from '../parts';

/** A user of whom nothing is known. */
export const NOTHING_SEEN: SeenItems = { seen: new Set(), hidden: new Set() };

/** Reads what the user has seen and hidden. Without the store it uses what this process remembers of the user. */
export function seenItemsHydrator({ users }: { readonly users: KeptUserReader }): Hydrator {
  return {
    name: 'hydrators/seen_items',
    hydrate: async ({ userId }, waiting) => stateOf(await users.kept(userId, waiting)),
    fallback: ({ userId }) => {
      const known = users.lastKnown(userId);
      return known === undefined
        ? { state: { seenItems: NOTHING_SEEN }, message: 'the slate may hold items that the user has seen' }
        : {
            state: stateOf(known),
            message: 'the filter used what it last knew of the user',
          };
    },
  };
}

function stateOf({ seen, hidden, forgottenAt }: KeptUser): Partial<UserState> {
  return { seenItems: { seen, hidden }, forgottenAt };
}
