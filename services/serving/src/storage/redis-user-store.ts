import { type Redis, unavailableFromRedis } from '@attune/redis';
import type { Erasure, ErasureOutcome } from '../domain/erasure';
import type { UserStore } from '../user-ports';
import { learnedVectorKey } from './redis-learned-factors';
import { fieldOf, WHOLE } from './redis-relations';
import { valuesOf } from './redis-values';
import { scanKeys } from './scan-keys';
import { MARK_BYTES } from './seen-marks';
import { USER_KEYS, type UserKeyName, userKey } from './user-keys';

/** As long as the request can be delivered again. */
const KEPT_SECONDS = 7 * 24 * 3_600;
const KEYS = Object.entries(USER_KEYS) as [UserKeyName, string][];
// It names no user, so it may stay when the user is gone.
const outcomeKey = (erasureId: string) => `erasure:${erasureId}`;

// KEYS: the outcome, then everything that is kept of the user, what was seen and shown first. ARGV: seconds that the outcome is kept, the time in ms, other counts, a
// field of hashes that stands for nothing, then the name under which each key is counted.
const ERASE = `
local counts = {}
for i = 2, #KEYS do
  local kind = redis.call('TYPE', KEYS[i]).ok
  local count = redis.call('EXISTS', KEYS[i])
  if i <= 3 then count = redis.call('STRLEN', KEYS[i]) / ${MARK_BYTES}
  elseif kind == 'set' then count = redis.call('SCARD', KEYS[i])
  elseif kind == 'hash' then count = redis.call('HLEN', KEYS[i]) - redis.call('HEXISTS', KEYS[i], ARGV[4]) end
  counts[#counts + 1] = ARGV[i + 3] .. '=' .. count
  redis.call('DEL', KEYS[i])
end
redis.call('SET', KEYS[1], ARGV[2] .. '|' .. table.concat(counts, ',') .. '|' .. ARGV[3], 'NX', 'EX', ARGV[1])
return redis.call('GET', KEYS[1])`;

/** Everything that Redis has of a user: erased in one step, together with the note of what that was. */
export class RedisUserStore implements UserStore {
  constructor(
    private readonly redis: Redis,
    private readonly userKeyOf: (userId: string) => string,
  ) {}

  async erase({ erasureId, userId }: Erasure, others: Readonly<Record<string, number>>, now: Date) {
    // First, so that the note of what was done is not there before it is done.
    await this.#forgetByOthers(userId);
    // models know users by keyed hashes, and so does what they learned
    const learned = learnedVectorKey(this.userKeyOf(userId));
    const keys = [outcomeKey(erasureId), ...KEYS.map(([name]) => userKey(userId, name)), learned];
    const names = [...KEYS.map(([, name]) => name), 'learned_vectors'];
    const kept = await this.redis
      .eval(ERASE, keys.length, ...keys, KEPT_SECONDS, now.getTime(), JSON.stringify(others), WHOLE, ...names)
      .catch((error) => Promise.reject(unavailableFromRedis(error)));
    return outcomeFrom(kept as string);
  }

  /** Others follow the user, or block what the user writes. Who does is found by looking at everybody: erasures are rare. */
  async #forgetByOthers(userId: string): Promise<void> {
    const fields = [fieldOf('followee', userId), fieldOf('author', userId)];
    for (const name of ['follows', 'blocks'] as const) {
      for await (const keys of scanKeys(this.redis, `{user:*}:${name}`)) {
        const pipeline = this.redis.pipeline();
        for (const key of keys) pipeline.hdel(key, ...fields);
        valuesOf(await pipeline.exec().catch((error) => Promise.reject(unavailableFromRedis(error))));
      }
    }
  }
}

function outcomeFrom(kept: string): ErasureOutcome {
  const [at, counted, ...others] = kept.split('|');
  const counts = counted!.split(',').map((one) => {
    const [name, count] = one.split('=');
    return [name, Number(count)];
  });
  return {
    erasedCounts: { ...Object.fromEntries(counts), ...JSON.parse(others.join('|')) },
    doneAt: new Date(Number(at)),
  };
}
