import type { Client, featureStore } from '@attune/contracts';
import { type Purpose, refusedBy } from '../domain/consent';
import { NO_RELATIONS, type Relations } from '../domain/relations';
import type { Waiting } from '../ports';
import type { UserDirectory } from '../user-ports';
import { AskedTogether } from './asked-together';

const MAX_USERS = 1_000;
/** Each of them may follow a thousand. */
const MAX_USERS_WITH_RELATIONS = 100;
const DEADLINE_MS = 2_000;

type FeatureStore = Pick<Client<typeof featureStore.FeatureStoreServiceService>, 'getUsers' | 'getRelations'>;

/** Asks the feature-store what users refuse, whom they follow and what they block: when Redis was lost, about everybody at once. */
export class FeatureStoreUsers implements UserDirectory {
  readonly #refusals: AskedTogether<readonly Purpose[]>;
  readonly #relations: AskedTogether<Relations>;

  constructor(featureStore: () => FeatureStore) {
    const options = { deadlineMs: DEADLINE_MS };
    this.#refusals = new AskedTogether(MAX_USERS, async (userIds) => {
      const { users } = await featureStore().getUsers({ userIds }, options);
      return new Map(users.map((user) => [user.userId, refusedBy(user.consent)]));
    });
    this.#relations = new AskedTogether(MAX_USERS_WITH_RELATIONS, async (userIds) => {
      const { users } = await featureStore().getRelations({ userIds }, options);
      return new Map(
        users.map(({ userId, followeeIds, blockedAuthorIds, hiddenTopics }) => [
          userId,
          { followees: followeeIds, blockedAuthors: blockedAuthorIds, hiddenTopics },
        ]),
      );
    });
  }

  async refusedBy(userId: string, waiting: Waiting): Promise<readonly Purpose[]> {
    // Whom the feature-store does not know has refused nothing.
    return (await this.#refusals.about(userId, waiting)) ?? [];
  }

  async relationsOf(userId: string, waiting: Waiting): Promise<Relations> {
    return (await this.#relations.about(userId, waiting)) ?? NO_RELATIONS;
  }
}
