import { randomUUID } from 'node:crypto';
import { strengthOf } from '@attune/contracts';
import { type Redis, unavailableFromRedis } from '@attune/redis';
import { hourOf, POPULARITY_HOURS } from '../domain/popularity-hours';
import type { UserEvent } from '../domain/seen-changes';
import type { Clock, PopularityCounter } from '../ports';
import { CountedIds } from './counted-ids';
import { countedKeys, hourKey } from './popularity-keys';

/** About how many bytes of event ids one generation holds: far more than one batch, which is what the log can deliver again. */
const GENERATION_BYTES = 800_000;
const HOUR_SECONDS = 3_600;
const COUNTED_SECONDS = 7 * 24 * HOUR_SECONDS;

// One command for a batch: the price of a command in the client is many times that of an increment in Redis. Nothing is
// counted unless the version is the one that the caller knows: then it answers what was counted.
// KEYS: version, current ids, previous ids, then the hours. ARGV: known version, new version, new ids (each with a line break
// after it), then for each hour the number of its items, and each item with its strength.
const COUNT = `
local version = redis.call('GET', KEYS[1]) or ''
if version ~= ARGV[1] then
  return { version, redis.call('GET', KEYS[2]) or '', redis.call('GET', KEYS[3]) or '' }
end
local at = 4
for hour = 4, #KEYS do
  for _ = 1, tonumber(ARGV[at]) do
    redis.call('ZINCRBY', KEYS[hour], ARGV[at + 2], ARGV[at + 1])
    at = at + 2
  end
  at = at + 1
  redis.call('EXPIRE', KEYS[hour], ${(POPULARITY_HOURS + 1) * HOUR_SECONDS})
end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ${COUNTED_SECONDS})
local isFull = redis.call('APPEND', KEYS[2], ARGV[3]) >= ${GENERATION_BYTES}
redis.call('EXPIRE', KEYS[2], ${COUNTED_SECONDS})
if isFull then redis.call('RENAME', KEYS[2], KEYS[3]) end
return isFull and 1 or 0`;

/**
 * Counts positive interactions in one sorted set per hour in which the fleet learned of them.
 *
 * An event counts once: its effect and its id are written in one script, and ids already written are passed over. A partition has
 * one consumer, which commits batch by batch, so what can come again is among the last records of the partition; at least the
 * last thousands of each are remembered. The consumer keeps them at hand, and a version tells when Redis knows better: after a
 * start, after an answer was lost, or when another process has the partition.
 */
export class RedisPopularityCounter implements PopularityCounter {
  readonly #counted = new Map<number, CountedIds>();

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
      while (!(await this.#count(partition, positive)));
    } catch (error) {
      // Nobody knows whether it was counted: the next attempt asks.
      this.#counted.delete(partition);
      throw unavailableFromRedis(error);
    }
  }

  /** Whether it was counted; otherwise Redis knew of other events, and it is worth another try. */
  async #count(partition: number, positive: ReadonlyMap<string, UserEvent>): Promise<boolean> {
    const counted = this.#counted.get(partition) ?? new CountedIds('', '', '');
    const fresh = [...positive.values()].filter(({ eventId }) => !counted.has(eventId));
    const { version, current, previous } = countedKeys(partition);
    // A server that lost everything must be told again what this process takes for counted.
    if (fresh.length === 0 && (await this.redis.get(version)) === counted.version) return true;
    const hours = strengthsByHour(fresh);
    const keys = [version, current, previous, ...Array.from(hours.keys(), hourKey)];
    const strengths = [...hours.values()].flatMap((items) => [items.size, ...[...items].flat()]);
    const ids = fresh.map(({ eventId }) => eventId);
    const newVersion = randomUUID();
    const args = [counted.version, newVersion, `${ids.join('\n')}\n`, ...strengths];
    const answer = (await this.redis.eval(COUNT, keys.length, ...keys, ...args)) as number | [string, string, string];
    if (typeof answer !== 'number') {
      this.#counted.set(partition, new CountedIds(...answer));
      return false;
    }
    counted.add(newVersion, ids, answer === 1);
    this.#counted.set(partition, counted);
    return true;
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
