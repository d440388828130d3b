import { type Redis, unavailableFromRedis } from '@attune/redis';
import type { Erasure, ErasureOutcome } from '../domain/erasure';
import type { UserStore } from '../ports';
import { consentKey } from './redis-consents';
import { hiddenKey, hidingsKey, seenKey } from './redis-seen-items';

/** As long as the request can be delivered again. */
const KEPT_SECONDS = 7 * 24 * 3_600;
// It names no user, so it may stay when the user is gone.
const outcomeKey = (erasureId: string) => `erasure:${erasureId}`;

// KEYS: outcome, seen, hidden, hidings, consent. ARGV: seconds that the outcome is kept, then the time in ms and other counts.
const ERASE = `
local counts = { redis.call('SCARD', KEYS[2]), redis.call('SCARD', KEYS[3]), redis.call('HLEN', KEYS[4]),
  redis.call('EXISTS', KEYS[5]) }
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5])
redis.call('SET', KEYS[1], ARGV[2] .. '|' .. table.concat(counts, '|') .. '|' .. ARGV[3], 'NX', 'EX', ARGV[1])
return redis.call('GET', KEYS[1])`;

/** Everything that Redis has of a user: erased in one step, together with the note of what that was. */
export class RedisUserStore implements UserStore {
  constructor(private readonly redis: Redis) {}

  async erase({ erasureId, userId }: Erasure, others: Readonly<Record<string, number>>, now: Date) {
    const keys = [outcomeKey(erasureId), seenKey(userId), hiddenKey(userId), hidingsKey(userId), consentKey(userId)];
    const kept = await this.redis
      .eval(ERASE, keys.length, ...keys, KEPT_SECONDS, now.getTime(), JSON.stringify(others))
      .catch((error) => Promise.reject(unavailableFromRedis(error)));
    return outcomeFrom(kept as string);
  }
}

function outcomeFrom(kept: string): ErasureOutcome {
  const [at, seen, hidden, hidings, consents, others] = kept.split('|');
  const counted = { seen_items: seen, hidden_items: hidden, hidings, consents };
  const counts = Object.entries(counted).map(([name, count]) => [name, Number(count)]);
  return { erasedCounts: { ...Object.fromEntries(counts), ...JSON.parse(others!) }, doneAt: new Date(Number(at)) };
}
