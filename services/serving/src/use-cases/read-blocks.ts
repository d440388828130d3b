import { numbersOf, type Relations } from '../domain/relations';
import type { ItemCatalog } from '../item-ports';
import type { Waiting } from '../ports';
import type { BlockReader, Blocks, KeptUser, KeptUserReader, RelationKeeper, UserDirectory } from '../user-ports';

/** What reading blocks needs. */
export interface ReadBlocksParts {
  readonly users: KeptUserReader;
  readonly directory: Pick<UserDirectory, 'relationsOf'>;
  readonly keeper: Pick<RelationKeeper, 'remember'>;
  readonly catalog: Pick<ItemCatalog, 'findAuthor' | 'findTopic'>;
  /** Drops what this process keeps of the users. */
  readonly forget: (userIds: Iterable<string>) => void;
}

/**
 * Makes the use case: what is kept at hand decides. Where it is not kept whole (a user who was not asked about lately, a store that was
 * lost, or one that is away), the feature-store is asked, and its answer is kept. What the log said lately still counts then: either of
 * the two may have heard of a change that the other has not.
 */
export function makeReadBlocks({ users, directory, keeper, catalog, forget }: ReadBlocksParts): BlockReader {
  async function joined(userId: string, relations: Relations, waiting: Waiting): Promise<Blocks | undefined> {
    await keeper.remember(userId, relations);
    forget([userId]);
    return blocksIn(await users.kept(userId, waiting));
  }

  return {
    blocksOf: async (userId, waiting) => {
      const kept = await users.kept(userId, waiting).catch(() => undefined);
      const known = blocksIn(kept);
      if (known !== undefined) return known;
      const relations = await directory.relationsOf(userId, waiting);
      // Unless it is kept it is asked for again: the slate does not fail with that.
      const both = kept === undefined ? undefined : await joined(userId, relations, waiting).catch(() => undefined);
      return (
        both ?? {
          blockedAuthors: numbersOf(relations.blockedAuthors, (authorId) => catalog.findAuthor(authorId)),
          hiddenTopics: numbersOf(relations.hiddenTopics, (topic) => catalog.findTopic(topic)),
        }
      );
    },
    lastKnown: (userId) => blocksIn(users.lastKnown(userId)),
  };
}

function blocksIn(kept: KeptUser | undefined): Blocks | undefined {
  if (kept?.blockedAuthors === undefined || kept.hiddenTopics === undefined) return undefined;
  return { blockedAuthors: kept.blockedAuthors, hiddenTopics: kept.hiddenTopics };
}
