import { type Redis, unavailableFromRedis } from '@attune/redis';
import { withoutSpans } from '@attune/telemetry';
import type { FactorUpdate, LearnedFactorStore, LearnedItems } from '../factor-ports';
import type { FactorRow } from '../model-ports';
import type { UserVector } from '../user-ports';
import { FORGOTTEN_KEY } from './redis-forgotten-users';
import { requireReady, valuesOf } from './redis-values';

/** Where a user is by a later update of the factors, by keyed hash: `<digest>|<learned to, ms>|<vector in base64>`. */
export const learnedVectorKey = (userKey: string): string => `learned:${userKey}`;
/** As long as the log keeps the updates, from which a lost store is filled again; afterwards the training's vector and the recent items serve. */
const USER_SECONDS = 7 * 24 * 3_600;
/**
 * A round learns from many people and says until when by the newest of them: one that was under way when somebody was erased may say a
 * later time. No round takes so long.
 */
const ROUND_MS = 3_600_000;
/** A version that nobody updates for so long does not serve any more. */
const ITEM_SECONDS = 30 * 24 * 3_600;

// One hash tag per version, so that a cluster keeps its items in one slot: the scripts need that.
/** Hash: item id to its vector in base64. */
const rowsKey = (digest: string) => `{factors:${digest}}:rows`;
/** Sorted set: item ids by the number of their last change. */
const changesKey = (digest: string) => `{factors:${digest}}:changes`;
/** Hash: `sequence`, the number of the last change; `learned_to` in ms. */
const stateKey = (digest: string) => `{factors:${digest}}:state`;
const keysOf = (digest: string) => [rowsKey(digest), changesKey(digest), stateKey(digest)];

// KEYS: the user. ARGV: digest, learned to in ms, vector, seconds.
const PUT_USER = `
local kept = redis.call('GET', KEYS[1])
if kept then
  local digest, learned = string.match(kept, '^([^|]*)|(%d+)|')
  if digest == ARGV[1] and tonumber(learned) > tonumber(ARGV[2]) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1] .. '|' .. ARGV[2] .. '|' .. ARGV[3], 'EX', ARGV[4])
return 1`;

// An item that is the same as before gets no number: an update that comes again is not news to any replica.
// KEYS: rows, changes, state. ARGV: learned to in ms, seconds, then id and vector of each item.
const PUT_ITEMS = `
local sequence = tonumber(redis.call('HGET', KEYS[3], 'sequence') or '0')
for i = 3, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) ~= ARGV[i + 1] then
    sequence = sequence + 1
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    redis.call('ZADD', KEYS[2], sequence, ARGV[i])
  end
end
local known = tonumber(redis.call('HGET', KEYS[3], 'learned_to') or '0')
redis.call('HSET', KEYS[3], 'sequence', string.format('%.0f', sequence),
  'learned_to', string.format('%.0f', math.max(known, tonumber(ARGV[1]))))
for i = 1, 3 do redis.call('EXPIRE', KEYS[i], ARGV[2]) end`;

// A place ahead of what is there is from before the store was lost: it begins anew.
// KEYS: rows, changes, state. ARGV: the number after which to read, how many items.
const READ_ITEMS = `
local state = redis.call('HMGET', KEYS[3], 'sequence', 'learned_to')
local after = tonumber(ARGV[1])
if after > tonumber(state[1] or '0') then after = 0 end
local changes = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. string.format('%.0f', after), '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local ids = {}
for i = 1, #changes, 2 do ids[#ids + 1] = changes[i] end
local rows = #ids > 0 and redis.call('HMGET', KEYS[1], unpack(ids)) or {}
return { changes[#changes] or string.format('%.0f', after), state[2] or '', ids, rows }`;

/** What was learned since trainings, in Redis: a projection of `factors.v1`. */
export class RedisLearnedFactors implements LearnedFactorStore {
  constructor(private readonly redis: Redis) {}

  async put(update: FactorUpdate): Promise<void> {
    await withoutSpans(() => this.#put(update)).catch((error) => Promise.reject(unavailableFromRedis(error)));
  }

  async itemsAfter(digest: string, sequence: number, count: number): Promise<LearnedItems> {
    requireReady(this.redis);
    const answer = await withoutSpans(() => this.redis.eval(READ_ITEMS, 3, ...keysOf(digest), sequence, count)).catch(
      (error) => Promise.reject(unavailableFromRedis(error)),
    );
    const [last, learnedTo, ids, vectors] = answer as [string, string, string[], string[]];
    return {
      sequence: Number(last),
      rows: ids.map((key, at) => ({ key, vector: floatsOf(vectors[at]!) })),
      learnedTo: learnedTo === '' ? undefined : new Date(Number(learnedTo)),
      isLast: ids.length < count,
    };
  }

  async #put({ ref: { digest }, learnedTo, users, items }: FactorUpdate): Promise<void> {
    const pipeline = this.redis.pipeline();
    const learnedMs = learnedTo.getTime();
    const known = await this.#withoutForgotten(users, learnedMs);
    for (const { key, vector } of known) {
      pipeline.eval(PUT_USER, 1, learnedVectorKey(key), digest, learnedMs, textOf(vector), USER_SECONDS);
    }
    const rows = items.flatMap(({ key, vector }) => [key, textOf(vector)]);
    pipeline.eval(PUT_ITEMS, 3, ...keysOf(digest), learnedMs, ITEM_SECONDS, ...rows);
    valuesOf(await pipeline.exec());
  }

  async #withoutForgotten(users: readonly FactorRow[], learnedMs: number): Promise<readonly FactorRow[]> {
    if (users.length === 0) return users;
    const forgotten = await this.redis.zmscore(FORGOTTEN_KEY, ...users.map(({ key }) => key));
    return users.filter((_, at) => forgotten[at] == null || Number(forgotten[at]) + ROUND_MS < learnedMs);
  }
}

/** A user's vector as it is kept; undefined where none is, or what is there is none. */
export function learnedVectorFrom(kept: string | null): UserVector | undefined {
  const [digest, learnedTo, vector] = kept?.split('|') ?? [];
  if (!digest || vector === undefined || !Number.isFinite(Number(learnedTo))) return undefined;
  return { digest, learnedToMs: Number(learnedTo), vector: floatsOf(vector) };
}

function textOf({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

// copied: bytes of a Buffer need not begin where floats may
function floatsOf(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
}
