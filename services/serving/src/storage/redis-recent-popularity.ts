import { AppError } from '@attune/errors';
import type { Redis } from '@attune/redis';
import { weightedHours } from '../domain/popularity-hours';
import type { ItemCatalog } from '../item-ports';
import type { Clock, RecentPopularity, ScoredItems, Waiting } from '../ports';
import { hourKey, unionKey } from './popularity-keys';
import { valuesOf } from './redis-values';

const KEPT_ITEMS = 2_000;
const FRESH_MS = 5_000;

/** What people did in the last hours, old hours counting less; kept in this process so that it outlives Redis. */
export class RedisRecentPopularity implements RecentPopularity {
  #copy = { items: new Int32Array(0), scores: new Float64Array(0) };
  #copiedAt = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<void> | undefined;

  constructor(
    private readonly redis: Redis,
    private readonly clock: Clock,
    private readonly catalog: Pick<ItemCatalog, 'numberOf'>,
  ) {}

  async top(count: number, _waiting: Waiting): Promise<ScoredItems> {
    if (this.#copy.items.length === 0) await this.refresh().catch((error) => this.#goOnWithout(error));
    // The copy of a moment ago is a better answer than one that waits for a store that may not answer.
    else if (this.clock().getTime() - this.#copiedAt > FRESH_MS) this.refresh().catch(() => undefined);
    const { items, scores } = this.#copy;
    return { items: items.subarray(0, count), scores: scores.subarray(0, count) };
  }

  /** Reads the store now; several callers share one read. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#read().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  // The copy is the better answer than none; without one the caller must hear that the store is away.
  #goOnWithout(error: unknown): void {
    if (this.#copiedAt === Number.NEGATIVE_INFINITY) throw error;
  }

  async #read(): Promise<void> {
    if (this.redis.status !== 'ready') throw new AppError('unavailable.redis', 'Redis cannot be reached at the moment');
    const now = this.clock();
    const hours = weightedHours(now);
    const keys = hours.map(({ hour }) => hourKey(hour));
    const weights = hours.map(({ weight }) => weight);
    const results = await this.redis
      .pipeline()
      .zunionstore(unionKey, keys.length, ...keys, 'WEIGHTS', ...weights)
      .zrevrange(unionKey, 0, KEPT_ITEMS - 1, 'WITHSCORES')
      .exec();
    const flat = valuesOf(results)[1] as string[];
    const length = flat.length / 2;
    this.#copy = {
      items: Int32Array.from({ length }, (_, i) => this.catalog.numberOf(flat[2 * i]!)),
      scores: Float64Array.from({ length }, (_, i) => Number(flat[2 * i + 1])),
    };
    this.#copiedAt = now.getTime();
  }
}
