import { type Redis, unavailableFromRedis } from '@attune/redis';
import { labelKeyOf } from '../domain/metrics/label-key';
import type { HourCount, HourCounters } from '../measure-ports';

const KEPT_MS = 7 * 86_400_000;
const HOUR_MS = 3_600_000;
/** Says that the counters of the past week are there. */
const COMPLETE = 'hours:complete';

type Query = Parameters<HourCounters['read']>[0];

/**
 * Counters by hour in Redis: one hash per hour, a field per series with count, sum, sum of squares, least and most. Values are absolute,
 * so that writing them again changes nothing; hours leave by themselves after a week.
 */
export class RedisHourCounters implements HourCounters {
  constructor(private readonly redis: Redis) {}

  async areLost(): Promise<boolean> {
    return (await this.#ask(() => this.redis.exists(COMPLETE))) === 0;
  }

  async complete(): Promise<void> {
    await this.#ask(() => this.redis.set(COMPLETE, '1'));
  }

  async put(hour: Date, counts: readonly HourCount[], now: Date): Promise<void> {
    const key = keyOf(hour);
    const fields = counts.map((one): [string, string] => [
      fieldOf(one.metric, one.labels),
      JSON.stringify([one.count, one.sum, one.sumOfSquares, one.min, one.max]),
    ]);
    await this.#ask(async () => {
      const written = this.redis.multi().del(key);
      if (fields.length > 0) {
        written.hset(key, new Map(fields));
        // by the service's clock, which need not be that of Redis
        written.pexpire(key, Math.max(1, hour.getTime() + HOUR_MS + KEPT_MS - now.getTime()));
      }
      for (const [error] of (await written.exec()) ?? []) if (error !== null) throw error;
    });
  }

  async read({ metric, labels, from, to }: Query): Promise<readonly (HourCount & { readonly hour: Date })[]> {
    const hours: Date[] = [];
    for (let at = Math.floor(from.getTime() / HOUR_MS) * HOUR_MS; at < to.getTime(); at += HOUR_MS)
      hours.push(new Date(at));
    const field = fieldOf(metric, labels);
    const asked = this.redis.pipeline();
    for (const hour of hours) asked.hget(keyOf(hour), field);
    const answers = await this.#ask(async () => (await asked.exec()) ?? []);
    return answers.flatMap(([error, value], at) => {
      if (error !== null) throw unavailableFromRedis(error);
      if (typeof value !== 'string') return [];
      const [count, sum, sumOfSquares, min, max] = JSON.parse(value) as [number, number, number, number, number];
      return [{ hour: hours[at]!, metric, labels, count, sum, sumOfSquares, min, max }];
    });
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      throw unavailableFromRedis(error);
    }
  }
}

function keyOf(hour: Date): string {
  return `hours:${hour.toISOString().slice(0, 13)}`;
}

function fieldOf(metric: string, labels: Readonly<Record<string, string>>): string {
  return `${metric} ${labelKeyOf(labels)}`;
}
