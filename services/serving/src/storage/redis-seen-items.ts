import { AppError } from '@attune/errors';
import { type Redis, unavailableFromRedis } from '@attune/redis';
import { withoutSpans } from '@attune/telemetry';
import type { SeenChange } from '../domain/seen-changes';
import type { SeenItems, SeenItemsWriter } from '../ports';

const seenKey = (userId: string) => `seen:${userId}`;
const hiddenKey = (userId: string) => `hidden:${userId}`;

/** What users have seen and hidden, as two Redis sets per user: a projection of the event log, rebuilt from it when lost. */
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
    for (const { userId, seen, hidden, unhidden } of changes) {
      if (seen.length > 0) pipeline.sadd(seenKey(userId), ...seen);
      if (hidden.length > 0) pipeline.sadd(hiddenKey(userId), ...hidden);
      if (unhidden.length > 0) pipeline.srem(hiddenKey(userId), ...unhidden);
    }
    valuesOf(await pipeline.exec().catch((error) => Promise.reject(unavailableFromRedis(error))));
  }
}

/** The values of a pipeline or a transaction; throws the first error in it. */
export function valuesOf(results: readonly [error: Error | null, value: unknown][] | null): unknown[] {
  if (results === null) throw new AppError('conflict.redis', 'a transaction in Redis was dropped; try again');
  return results.map(([error, value]) => {
    if (error !== null) throw unavailableFromRedis(error);
    return value;
  });
}
