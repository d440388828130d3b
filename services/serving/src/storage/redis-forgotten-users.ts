import { type Redis, unavailableFromRedis } from '@attune/redis';
import { withoutSpans } from '@attune/telemetry';
import type { Erasure } from '../domain/erasure';
import type { ForgottenUsers } from '../user-ports';

/** Sorted set: keyed hashes of users who were forgotten, by when in ms. It names nobody, and stays. */
export const FORGOTTEN_KEY = 'forgotten';

/** Who was forgotten: what they did until then must not come back, and what models learned of them must not be used. */
export class RedisForgottenUsers implements ForgottenUsers {
  constructor(
    private readonly redis: Redis,
    private readonly userKeyOf: (userId: string) => string,
  ) {}

  async note({ userId, requestedAt }: Erasure): Promise<void> {
    await this.redis
      .zadd(FORGOTTEN_KEY, 'GT', requestedAt.getTime(), this.userKeyOf(userId))
      .catch((error) => Promise.reject(unavailableFromRedis(error)));
  }

  async without<T extends { readonly userId: string }>(entries: readonly T[], at: (entry: T) => Date) {
    if (entries.length === 0) return entries;
    return withoutSpans(() => this.#without(entries, at)).catch((error) => Promise.reject(unavailableFromRedis(error)));
  }

  // What happens now is later than any erasure, so that looking at most batches is one small command.
  async #without<T extends { readonly userId: string }>(entries: readonly T[], at: (entry: T) => Date) {
    const [, latest] = await this.redis.zrevrange(FORGOTTEN_KEY, 0, 0, 'WITHSCORES');
    const old = latest === undefined ? [] : entries.filter((entry) => at(entry).getTime() <= Number(latest));
    if (old.length === 0) return entries;
    const userIds = [...new Set(old.map(({ userId }) => userId))];
    const scores = await this.redis.zmscore(FORGOTTEN_KEY, ...userIds.map(this.userKeyOf));
    const untilOf = new Map(userIds.map((userId, i) => [userId, scores[i] === null ? undefined : Number(scores[i])]));
    return entries.filter((entry) => at(entry).getTime() > (untilOf.get(entry.userId) ?? Number.NEGATIVE_INFINITY));
  }
}
