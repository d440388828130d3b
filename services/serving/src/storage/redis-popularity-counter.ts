import { strengthOf } from '@attune/contracts';
import { type Redis, unavailableFromRedis } from '@attune/redis';
import { hourOf, POPULARITY_HOURS } from '../domain/popularity-hours';
import type { UserEvent } from '../domain/seen-changes';
import type { Clock, PopularityCounter } from '../ports';
import { countedKeys, hourKey } from './popularity-keys';
import { valuesOf } from './redis-seen-items';

/** How many event ids one generation holds: far more than one batch, which is what the log can deliver again. */
const GENERATION = 10_000;
const HOUR_SECONDS = 3_600;
const COUNTED_SECONDS = 7 * 24 * HOUR_SECONDS;

// One command for a batch: the price of a command in the client is many times that of an increment in Redis.
const ADD_STRENGTHS = `
for i = 1, #ARGV, 2 do redis.call('ZINCRBY', KEYS[1], ARGV[i + 1], ARGV[i]) end
return 0`;

/**
 * Counts positive interactions in one sorted set per hour in which the fleet learned of them.
 *
 * An event counts once: its id and its effect are written in one transaction, and ids already written are passed over. A
 * partition has one consumer, which commits batch by batch, so what can come again is among the last records of the partition;
 * at least the last 10,000 counted events of each partition are remembered.
 */
export class RedisPopularityCounter implements PopularityCounter {
  constructor(
    private readonly redis: Redis,
    private readonly clock: Clock,
  ) {}

  async record(partition: number, events: readonly UserEvent[]): Promise<void> {
    const oldest = hourOf(this.clock()) - POPULARITY_HOURS;
    const positive = new Map<string, UserEvent>();
    for (const event of events) {
      if (hourOf(event.acceptedAt) > oldest && strengthOf(event.type, event.value) > 0)
        positive.set(event.eventId, event);
    }
    if (positive.size === 0) return;
    try {
      await this.#forgetCounted(partition, positive);
      await this.#count(partition, positive);
    } catch (error) {
      throw unavailableFromRedis(error);
    }
  }

  async #forgetCounted(partition: number, events: Map<string, UserEvent>): Promise<void> {
    const ids = [...events.keys()];
    const { current, previous } = countedKeys(partition);
    const results = await this.redis
      .pipeline()
      .smismember(current, ...ids)
      .smismember(previous, ...ids)
      .exec();
    const [inCurrent, inPrevious] = valuesOf(results) as [number[], number[]];
    ids.forEach((id, index) => {
      if (inCurrent[index] === 1 || inPrevious[index] === 1) events.delete(id);
    });
  }

  async #count(partition: number, events: ReadonlyMap<string, UserEvent>): Promise<void> {
    if (events.size === 0) return;
    const { current, previous } = countedKeys(partition);
    const transaction = this.redis.multi();
    transaction.sadd(current, ...events.keys()).expire(current, COUNTED_SECONDS);
    for (const [hour, items] of strengthsByHour(events.values())) {
      transaction.eval(ADD_STRENGTHS, 1, hourKey(hour), ...[...items].flat());
      transaction.expire(hourKey(hour), (POPULARITY_HOURS + 1) * HOUR_SECONDS);
    }
    transaction.scard(current);
    const size = valuesOf(await transaction.exec()).at(-1) as number;
    if (size >= GENERATION) await this.redis.rename(current, previous);
  }
}

function strengthsByHour(events: Iterable<UserEvent>): Map<number, Map<string, number>> {
  const hours = new Map<number, Map<string, number>>();
  for (const { acceptedAt, itemId, type, value } of events) {
    const hour = hourOf(acceptedAt);
    let items = hours.get(hour);
    if (items === undefined) hours.set(hour, (items = new Map()));
    items.set(itemId, (items.get(itemId) ?? 0) + strengthOf(type, value));
  }
  return hours;
}
