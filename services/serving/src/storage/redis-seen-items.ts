import { type Redis, unavailableFromRedis } from '@attune/redis';
import { withoutSpans } from '@attune/telemetry';
import type { Hiding, SeenChange } from '../domain/seen-changes';
import type { SeenItemsWriter } from '../ports';
import { valuesOf } from './redis-values';

/** Set of item ids. */
export const seenKey = (userId: string) => `seen:${userId}`;
/** Set of item ids. */
export const hiddenKey = (userId: string) => `hidden:${userId}`;
/** Hash of item id to when it was last hidden or unhidden. */
export const hidingsKey = (userId: string) => `hidings:${userId}`;

// Two readers of the log may be at work at once, the consumer and a rebuild, and neither may undo what the other knows better.
// Of one moment the last counts, because each reader keeps the order of the log.
// KEYS: hidden, hidings. ARGV: for each item its id, the time in ms, and what to do with it in `hidden`: SADD or SREM.
const HIDE = `
for i = 1, #ARGV, 3 do
  local known = redis.call('HGET', KEYS[2], ARGV[i])
  if not known or tonumber(known) <= tonumber(ARGV[i + 1]) then
    redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
    redis.call(ARGV[i + 2], KEYS[1], ARGV[i])
  end
end`;

/**
 * What users have seen and hidden, as two Redis sets per user: a projection of the event log, rebuilt from it when lost. A hash
 * beside them keeps when each item was last hidden or unhidden, so that events can come in any order.
 */
export class RedisSeenItems implements SeenItemsWriter {
  constructor(private readonly redis: Redis) {}

  async apply(changes: readonly SeenChange[]): Promise<void> {
    if (changes.length > 0) await withoutSpans(() => this.#applyAll(changes));
  }

  async #applyAll(changes: readonly SeenChange[]): Promise<void> {
    const pipeline = this.redis.pipeline();
    for (const { userId, seen, hidings } of changes) {
      if (seen.length > 0) pipeline.sadd(seenKey(userId), ...seen);
      if (hidings.length > 0) pipeline.eval(HIDE, 2, hiddenKey(userId), hidingsKey(userId), ...hidings.flatMap(argsOf));
    }
    valuesOf(await pipeline.exec().catch((error) => Promise.reject(unavailableFromRedis(error))));
  }
}

const argsOf = ({ itemId, isHidden, since }: Hiding) => [itemId, since.getTime(), isHidden ? 'SADD' : 'SREM'];
