import { requireCount, requireNone } from '../domain/request-size';
import { idProblem } from '../domain/usable-text';
import type { CallOptions, EventStore, Relations } from '../ports';

/** What a user said about others. */
export interface UserRelations extends Relations {
  readonly userId: string;
}

/** Each of them may follow a thousand, and the answer is one message. */
const MAX_IDS = 100;
const NOTHING: Relations = { followeeIds: [], blockedAuthorIds: [], hiddenTopics: [] };

/** Reads whom users follow and what they block, in the order of the ids; of those who said nothing, that. */
export function makeGetRelations({ store }: { readonly store: Pick<EventStore, 'relations'> }) {
  return async (userIds: readonly string[], options?: CallOptions): Promise<readonly UserRelations[]> => {
    requireCount('user_ids', userIds.length, MAX_IDS);
    requireNone(
      userIds.flatMap((id, index) => {
        const description = idProblem(id);
        return description === undefined ? [] : [{ field: `user_ids[${index}]`, description }];
      }),
    );
    const known = await store.relations(userIds, options);
    return userIds.map((userId) => ({ userId, ...(known.get(userId) ?? NOTHING) }));
  };
}
