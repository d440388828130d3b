import { AppError } from '@attune/errors';
import { type Redis, unavailableFromRedis } from '@attune/redis';
import { withoutSpans } from '@attune/telemetry';
import type { Hiding, SeenChange } from '../domain/seen-changes';
import type { SeenItems, SeenItemsWriter } from '../ports';

const seenKey = (userId: string) => `seen:${userId}`;
const hiddenKey = (userId: string) => `hidden:${userId}`;
const hidingsKey = (userId: string) => `hidings:${userId}`;

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

  async read(userId: string): Promise<SeenItems> {
    // A slate does not wait for a connection that is not there.
    if (this.redis.status !== 'ready') throw new AppError('unavailable.redis', 'Redis cannot be reached at the moment');
    const results = await this.redis.pipeline().smembers(seenKey(userId)).smembers(hiddenKey(userId)).exec();
    const [seen, hidden] = valuesOf(results) as [string[], string[]];
    return { seen: new Set(seen), hidden: new Set(hidden) };
  }

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

/** The values of a pipeline or a transaction; throws the first error in it. */
export function valuesOf(results: readonly [error: Error | null, value: unknown][] | null): unknown[] {
  if (results === null) throw new AppError('conflict.redis', 'a transaction in Redis was dropped; try again');
  return results.map(([error, value]) => {
    if (error !== null) throw unavailableFromRedis(error);
    return value;
  });
}
