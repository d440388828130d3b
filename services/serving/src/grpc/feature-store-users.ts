import type { featureStore } from '@attune/contracts';
import type { Client } from '@attune/grpc';
import { type Purpose, refusedBy } from '../domain/consent';
import type { UserDirectory, Waiting } from '../ports';

const MAX_USERS = 1_000;
const DEADLINE_MS = 2_000;

type FeatureStore = Pick<Client<typeof featureStore.FeatureStoreServiceService>, 'getUsers'>;

interface Asked {
  readonly userIds: Set<string>;
  readonly answer: Promise<ReadonlyMap<string, readonly Purpose[]>>;
}

/**
 * Asks the feature-store what users refuse. Questions of one turn travel in one call: when Redis was lost, everybody is asked
 * about at once. A call goes on when the slate that caused it does not wait any more, so that the next one finds the answer.
 */
export class FeatureStoreUsers implements UserDirectory {
  #next: Asked | undefined;

  constructor(private readonly featureStore: () => FeatureStore) {}

  async refusedBy(userId: string, { signal }: Waiting): Promise<readonly Purpose[]> {
    signal.throwIfAborted();
    const asked = this.#next ?? this.#open();
    asked.userIds.add(userId);
    if (asked.userIds.size === MAX_USERS) this.#next = undefined;
    // Whom the feature-store does not know has refused nothing.
    return (await asked.answer).get(userId) ?? [];
  }

  #open(): Asked {
    const userIds = new Set<string>();
    const asked = { userIds, answer: this.#askSoon(userIds) };
    this.#next = asked;
    return asked;
  }

  async #askSoon(userIds: ReadonlySet<string>): Promise<ReadonlyMap<string, readonly Purpose[]>> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#next?.userIds === userIds) this.#next = undefined;
    const { users } = await this.featureStore().getUsers({ userIds: [...userIds] }, { deadlineMs: DEADLINE_MS });
    return new Map(users.map((user) => [user.userId, refusedBy(user.consent)]));
  }
}
