import type { Redis } from '@attune/redis';
import { unavailableFromRedis } from '@attune/redis';
import type { ItemCatalog } from '../item-ports';
import type { Likes, LikesReader } from '../user-ports';
import { refusedFrom } from './redis-consents';
import { deedsFrom } from './redis-recents';
import { requireReady, valuesOf } from './redis-values';
import { userKey } from './user-keys';

/** The beginning of what is kept of a user: some twenty of the newest, and more is not asked for. */
const READ_BYTES = 1_200;

/** Reads what many users liked lately, in one round trip. */
export class RedisLikes implements LikesReader {
  constructor(
    private readonly redis: Redis,
    private readonly catalog: Pick<ItemCatalog, 'find'>,
  ) {}

  async likesOf(userIds: readonly string[]): Promise<readonly Likes[]> {
    requireReady(this.redis);
    const pipeline = this.redis.pipeline();
    for (const userId of userIds) {
      pipeline.getrange(userKey(userId, 'recents'), 0, READ_BYTES - 1).get(userKey(userId, 'consent'));
    }
    const values = valuesOf(await pipeline.exec().catch((error) => Promise.reject(unavailableFromRedis(error))));
    return userIds.map((userId, at) => ({
      userId,
      refused: refusedFrom(values[2 * at + 1] as string | null),
      deeds: deedsFrom(values[2 * at] as string).flatMap(({ itemId, strength, atMs }) => {
        const item = strength > 0 ? this.catalog.find(itemId) : -1;
        return item < 0 ? [] : [{ item, strength, atMs }];
      }),
    }));
  }
}
