import type { KeptUser, KeptUserReader } from '../../user-ports';
import type { Hydrator, UserState } from '../parts';
import { nobodyKnown } from '../user-state';

/**
 * Reads what is kept of the user for slates: what was seen, hidden and liked lately. Without the store it uses what this process
 * remembers of the user.
 */
export function keptUserHydrator({ users }: { readonly users: KeptUserReader }): Hydrator {
  return {
    name: 'hydrators/kept_user',
    description: 'reads what the user has seen, hidden and liked lately',
    hydrate: async ({ userId }, waiting) => stateOf(await users.kept(userId, waiting)),
    fallback: ({ userId }) => {
      const known = users.lastKnown(userId);
      return known === undefined
        ? { state: stateOf(nobodyKnown()), message: 'the slate may hold items that the user has seen or hidden' }
        : { state: stateOf(known), message: 'what this process last knew of the user was used' };
    },
  };
}

type Kept = Pick<KeptUser, 'seen' | 'hidden' | 'recents' | 'rejected' | 'forgottenAt' | 'catchUp'>;

function stateOf({ seen, hidden, recents, rejected, forgottenAt, catchUp }: Kept): Partial<UserState> {
  return { seen, hidden, recents, rejected, forgottenAt, catchUp };
}
