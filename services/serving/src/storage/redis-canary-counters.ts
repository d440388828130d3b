import { type Redis, unavailableFromRedis } from '@attune/redis';
import { type CanaryOutcomes, SLOW_MS, type SlateOutcomes } from '../domain/canary-guardrails';
import type { CanaryCounters, CanaryTrial, OutcomeDelta } from '../guardrail-ports';

/** A canary that nobody looks after for a month is forgotten. */
const KEPT_SECONDS = 30 * 86_400;
/** A click is told of again within minutes, if at all. */
const CLICK_SECONDS = 2 * 86_400;
const keyOf = ({ ref, since }: CanaryTrial) => `canary:${ref.name}:${ref.version}:${ref.digest.slice(0, 12)}:${since}`;

/** Counts of canaries in one Redis hash per trial. They name no user. */
export class RedisCanaryCounters implements CanaryCounters {
  constructor(private readonly redis: Redis) {}

  async begin(trial: CanaryTrial, nowMs: number): Promise<number> {
    const key = keyOf(trial);
    return this.#try(async () => {
      await this.redis.hsetnx(key, 'started', nowMs);
      await this.redis.expire(key, KEPT_SECONDS);
      return Number(await this.redis.hget(key, 'started'));
    });
  }

  async add(trial: CanaryTrial, side: keyof CanaryOutcomes, delta: OutcomeDelta): Promise<void> {
    const transaction = this.redis.multi();
    for (const [name, by] of Object.entries(delta)) transaction.hincrby(keyOf(trial), `${side}:${name}`, by);
    await this.#try(() => transaction.exec());
  }

  async read(trial: CanaryTrial): Promise<CanaryOutcomes> {
    const counts = await this.#try(() => this.redis.hgetall(keyOf(trial)));
    return { canary: outcomesOf(counts, 'canary'), production: outcomesOf(counts, 'production') };
  }

  async isFirstClick(decisionId: string): Promise<boolean> {
    return this.#try(
      async () => (await this.redis.set(`clicked:${decisionId}`, 1, 'EX', CLICK_SECONDS, 'NX')) === 'OK',
    );
  }

  #try<T>(run: () => Promise<T>): Promise<T> {
    return run().catch((error) => Promise.reject(unavailableFromRedis(error)));
  }
}

function outcomesOf(counts: Readonly<Record<string, string>>, side: string): SlateOutcomes {
  const of = (name: string) => Number(counts[`${side}:${name}`] ?? 0);
  return {
    slates: of('slates'),
    degraded: of('degraded'),
    clicked: of('clicked'),
    slow: SLOW_MS.map((ms) => of(`slow_${ms}`)),
  };
}
