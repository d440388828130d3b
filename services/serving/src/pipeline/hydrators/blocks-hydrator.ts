import type { BlockReader } from '../../user-ports';
import type { Hydrator } from '../parts';

/** Finds out which authors and topics the user does not want to see. */
export function blocksHydrator({ blocks }: { readonly blocks: BlockReader }): Hydrator {
  return {
    name: 'hydrators/blocks',
    description: 'finds out which authors the user blocks and which topics the user does not want to see',
    hydrate: ({ userId }, waiting) => blocks.blocksOf(userId, waiting),
    fallback: ({ userId }) => {
      const known = blocks.lastKnown(userId);
      return known === undefined
        ? {
            state: { blockedAuthors: new Set(), hiddenTopics: new Set() },
            message: 'the slate may hold items by authors or about topics that the user blocks',
          }
        : { state: known, message: 'the blocks that this process last knew of were used' };
    },
  };
}
