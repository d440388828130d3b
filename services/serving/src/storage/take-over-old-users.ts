import { type Redis, unavailableFromRedis } from '@attune/redis';
import { scanKeys } from './scan-keys';
import { packMarks } from './seen-marks';
import { type UserKeyName, userKey } from './user-keys';

/** Names of keys of an earlier build, each followed by a colon and the user's id. */
const MOVED: Readonly<Record<string, UserKeyName>> = { hidden: 'hidden', hidings: 'hidings', consent: 'consent' };
const OLD_SEEN = 'seen';

/** Makes the function that takes over what an earlier build kept of users (`seen:<user>` and others), which had no hash tags. */
export function makeTakeOverOldUsers(redis: Redis, clock: () => Date) {
  return async function takeOverOldUsers(): Promise<void> {
    for (const name of [...Object.keys(MOVED), OLD_SEEN]) {
      for await (const keys of scanKeys(redis, `${name}:*`)) await Promise.all(keys.map(takeOver));
    }
  };

  async function takeOver(key: string): Promise<unknown> {
    const name = key.slice(0, key.indexOf(':'));
    const userId = key.slice(name.length + 1);
    const taken = name === OLD_SEEN ? takeOverSeen(key, userId) : redis.renamenx(key, userKey(userId, MOVED[name]!));
    return taken.catch((error) => Promise.reject(unavailableFromRedis(error)));
  }

  // When an item was seen was not kept, nor how: it counts as viewed now, unless the log says better. What is taken over twice, after
  // something went wrong in between, counts once.
  async function takeOverSeen(key: string, userId: string): Promise<void> {
    const at = clock();
    const marks = (await redis.smembers(key)).map((itemId) => ({ itemId, type: 'view', at }));
    await redis.append(userKey(userId, 'marks'), packMarks(marks));
    await redis.del(key);
  }
}
