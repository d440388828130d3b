import { AppError } from '@attune/errors';
import type { Redis } from '@attune/redis';
import type { ScoredItem } from '../domain/candidate';
import { weightedHours } from '../domain/popularity-hours';
import type { Clock, RecentPopularity, Waiting } from '../ports';
import { hourKey, unionKey } from './popularity-keys';
import { valuesOf } from './redis-values';

const KEPT_ITEMS = 2_000;
const FRESH_MS = 5_000;

/** What people did in the last hours, old hours counting less; kept in this process so that it outlives Redis. */
export class RedisRecentPopularity implements RecentPopularity {
  #copy: readonly ScoredItem[] = [];
  #copiedAt = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<void> | undefined;

  constructor(
    private readonly redis: Redis,
    private readonly clock: Clock,
  ) {}

  async top(count: number, _waiting: Waiting): Promise<readonly ScoredItem[]> {
    const isStale = this.#copy.length === 0 || this.clock().getTime() - this.#copiedAt > FRESH_MS;
    if (isStale) await this.refresh().catch((error) => this.#goOnWithout(error));
    return this.#copy.slice(0, count);
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
    this.#copy = Array.from({ length: flat.length / 2 }, (_, i) => ({
      itemId: flat[2 * i]!,
      score: Number(flat[2 * i + 1]),
    }));
    this.#copiedAt = now.getTime();
  }
}
