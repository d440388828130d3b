import type { SeenItems } from '../user-ports';
import type { UserState } from './parts';

/** Nothing was ever seen. */
const NOTHING_SEEN: SeenItems = { size: 0, has: () => false };

const NONE: ReadonlySet<number> = new Set();

/** What stands for a user of whom nothing is known. */
export function nobodyKnown(): UserState {
  return {
    seen: NOTHING_SEEN,
    hidden: NONE,
    blockedAuthors: NONE,
    hiddenTopics: NONE,
    recents: [],
    rejected: [],
    vector: undefined,
    forgottenAt: undefined,
    agreement: 'unknown',
    experiments: 'unknown',
  };
}
