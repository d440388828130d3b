import { type Redis, unavailableFromRedis } from '@attune/redis';
import { withoutSpans } from '@attune/telemetry';
import type { ItemChange } from '../domain/catalog/item-facts';
import type { ItemCursor, ItemPage, ItemProjection } from '../item-ports';
import { packFacts, unpackFacts } from './packed-item-facts';
import { requireReady } from './redis-values';

// One hash tag, so that a cluster keeps all of the catalog in one slot: the scripts need that.
/** Hash: item id to `<accepted at, ms>|<event id>|<packed facts>`. */
const FACTS_KEY = '{catalog}:facts';
/** Sorted set: item ids by the number of their last change. */
const CHANGES_KEY = '{catalog}:changes';
/** Hash: `epoch`, drawn when the projection begins; `sequence`, the number of the last change; `whole`, when it has every item. */
const STATE_KEY = '{catalog}:state';
/** String: which replica is filling the projection. */
const FILLING_KEY = '{catalog}:filling';
const FILLING_MS = 30_000;
const PUT_AT_ONCE = 500;

// Of two changes the later one holds, in whatever order they come; one that says nothing new gets no number, and no replica hears of it.
// KEYS: facts, changes, state. ARGV: an epoch for a projection that begins; then of each item its id, the time in ms, the event id and
// the facts.
const PUT = `
redis.call('HSETNX', KEYS[3], 'epoch', ARGV[1])
local sequence = tonumber(redis.call('HGET', KEYS[3], 'sequence') or '0')
for i = 2, #ARGV, 4 do
  local known = redis.call('HGET', KEYS[1], ARGV[i])
  local at, id, facts
  if known then at, id, facts = string.match(known, '^(%d+)|([^|]*)|(.*)$') end
  if not at or tonumber(at) < tonumber(ARGV[i + 1])
    or (tonumber(at) == tonumber(ARGV[i + 1]) and id < ARGV[i + 2]) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1] .. '|' .. ARGV[i + 2] .. '|' .. ARGV[i + 3])
    if facts ~= ARGV[i + 3] then
      sequence = sequence + 1
      redis.call('ZADD', KEYS[2], sequence, ARGV[i])
    end
  end
end
redis.call('HSET', KEYS[3], 'sequence', string.format('%.0f', sequence))`;

// A cursor of another epoch, or ahead of what is there, is from before the projection was lost: it begins anew.
// KEYS: facts, changes, state. ARGV: the epoch and the number after which to read, how many items.
const READ = `
local state = redis.call('HMGET', KEYS[3], 'epoch', 'sequence', 'whole')
local epoch, after = state[1] or '', tonumber(ARGV[2])
if epoch ~= ARGV[1] or after > tonumber(state[2] or '0') then after = 0 end
local changes = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. string.format('%.0f', after), '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[3])
local ids = {}
for i = 1, #changes, 2 do ids[#ids + 1] = changes[i] end
local facts = #ids > 0 and redis.call('HMGET', KEYS[1], unpack(ids)) or {}
return { epoch, changes[#changes] or string.format('%.0f', after), state[3] and 1 or 0, ids, facts }`;

// KEYS: filling. ARGV: who wants to fill, for how many ms.
const HOLD = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

/** What slates need of every item, for all replicas: a projection of the event log and, before that, of the feature-store. */
export class RedisItemProjection implements ItemProjection {
  constructor(
    private readonly redis: Redis,
    private readonly newEpoch: () => string,
  ) {}

  async put(changes: readonly ItemChange[]): Promise<void> {
    for (let from = 0; from < changes.length; from += PUT_AT_ONCE) {
      const args = changes
        .slice(from, from + PUT_AT_ONCE)
        .flatMap(({ facts, acceptedAtMs, eventId }) => [
          ...[facts.itemId, acceptedAtMs],
          ...[eventId.replaceAll('|', ''), packFacts(facts)],
        ]);
      await this.#run(PUT, [FACTS_KEY, CHANGES_KEY, STATE_KEY], [this.newEpoch(), ...args]);
    }
  }

  async changesAfter({ epoch, sequence }: ItemCursor, count: number): Promise<ItemPage> {
    requireReady(this.redis);
    const answer = await this.#run(READ, [FACTS_KEY, CHANGES_KEY, STATE_KEY], [epoch, sequence, count]);
    const [newEpoch, last, isWhole, ids, facts] = answer as [string, string, number, string[], (string | null)[]];
    return {
      cursor: { epoch: newEpoch, sequence: Number(last) },
      isWhole: isWhole === 1,
      items: ids.flatMap((itemId, at) => unpackFacts(itemId, facts[at] ?? '') ?? []),
      isLast: ids.length < count,
    };
  }

  async holdFilling(holder: string): Promise<boolean> {
    return (await this.#run(HOLD, [FILLING_KEY], [holder, FILLING_MS])) === 1;
  }

  async markWhole(at: Date): Promise<void> {
    await this.redis
      .hset(STATE_KEY, 'whole', at.toISOString())
      .catch((error) => Promise.reject(unavailableFromRedis(error)));
  }

  #run(script: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return withoutSpans(() => this.redis.eval(script, keys.length, ...keys, ...args)).catch((error) =>
      Promise.reject(unavailableFromRedis(error)),
    );
  }
}
