import { type Redis, unavailableFromRedis } from '@attune/redis';
import { scanKeys } from './scan-keys';
import { memberOf } from './seen-members';
import { type UserKeyName, userKey } from './user-keys';

/** Names of keys of an earlier build, each followed by a colon and the user's id. */
const MOVED: Readonly<Record<string, UserKeyName>> = { hidden: 'hidden', hidings: 'hidings', consent: 'consent' };
const OLD_SEEN = 'seen';

// When an item was seen was not kept, nor how: it counts as viewed now, unless the log says better.
// KEYS: the old set, the new sorted set. ARGV: the second, and what goes before an item's id.
const TAKE_SEEN = `
local ids = redis.call('SMEMBERS', KEYS[1])
for _, id in ipairs(ids) do redis.call('ZADD', KEYS[2], 'NX', ARGV[1], ARGV[2] .. id) end
redis.call('DEL', KEYS[1])
return #ids`;

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
    const taken =
      name === OLD_SEEN
        ? redis.eval(
            TAKE_SEEN,
            2,
            key,
            userKey(userId, 'seen'),
            Math.floor(clock().getTime() / 1_000),
            memberOf('view', '')!,
          )
        : redis.renamenx(key, userKey(userId, MOVED[name]!));
    return taken.catch((error) => Promise.reject(unavailableFromRedis(error)));
  }
}
