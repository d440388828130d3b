import { type Redis, unavailableFromRedis } from '@attune/redis';
import { withoutSpans } from '@attune/telemetry';
import type { Hiding, SeenChange, SeenMark } from '../domain/seen-changes';
import type { SeenItemsWriter } from '../user-ports';
import { valuesOf } from './redis-values';
import { RepeatableScript, runScript, type ScriptCall } from './run-script';
import { IMPRESSION, MARK_BYTES, packMarks, SECOND_AT, TYPE_AT } from './seen-marks';
import { userKey } from './user-keys';

/** How much is kept of each user. */
export interface SeenBounds {
  /** The newest marks, impressions apart: at least so many, and at most twice as many. */
  readonly maxSeen: number;
  /** The newest impressions, likewise. */
  readonly maxShown: number;
}

// Two readers of the log may be at work at once, the consumer and a rebuild, and neither may undo what the other knows better.
// Of one moment the last counts, because each reader keeps the order of the log.
// KEYS: hidden, hidings. ARGV: for each item its id, the time in ms, and what to do with it in `hidden`: SADD or SREM.
const HIDE = new RepeatableScript(`
for i = 1, #ARGV, 3 do
  local known = redis.call('HGET', KEYS[2], ARGV[i])
  if not known or tonumber(known) <= tonumber(ARGV[i + 1]) then
    redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
    redis.call(ARGV[i + 2], KEYS[1], ARGV[i])
  end
end`);

// Of each item and type the latest stays, and of all the newest.
// KEYS: marks or shown-marks. ARGV: how many stay.
const TRIM = new RepeatableScript(`
local kept = redis.call('GET', KEYS[1]) or ''
local marks, byKey = {}, {}
for at = 1, #kept - ${MARK_BYTES - 1}, ${MARK_BYTES} do
  local record = string.sub(kept, at, at + ${MARK_BYTES - 1})
  local key = string.sub(record, 1, ${SECOND_AT}) .. string.sub(record, ${TYPE_AT + 1})
  local second = struct.unpack('<I4', record, ${SECOND_AT + 1})
  local known = byKey[key]
  if not known then
    known = { second = second, record = record }
    byKey[key] = known
    marks[#marks + 1] = known
  elseif known.second < second then
    known.second, known.record = second, record
  end
end
table.sort(marks, function(a, b)
  if a.second ~= b.second then return a.second > b.second end
  return a.record < b.record
end)
local records = {}
for i = 1, math.min(#marks, tonumber(ARGV[1])) do records[i] = marks[i].record end
redis.call('SET', KEYS[1], table.concat(records))`);

/**
 * What users have seen, by type and time, and what they hid: a projection of the event log, rebuilt from it when lost. Marks are
 * appended to one string per user, 13 bytes each, and trimmed to the newest when they have become twice too many
 * (docs/adr/0034-what-was-seen-is-a-string-of-hashes.md). A hash keeps when each item was last hidden or unhidden, so that those
 * events can come in any order.
 */
export class RedisSeenItems implements SeenItemsWriter {
  constructor(
    private readonly redis: Redis,
    private readonly bounds: SeenBounds,
  ) {}

  async apply(changes: readonly SeenChange[]): Promise<void> {
    await withoutSpans(async () => {
      await this.#append(changes);
      await runScript(this.redis, HIDE, changes.flatMap(hidingsOf));
    });
  }

  async #append(changes: readonly SeenChange[]): Promise<void> {
    const { maxSeen, maxShown } = this.bounds;
    const isImpression = ({ type }: SeenMark) => type === IMPRESSION;
    const additions = changes.flatMap(({ userId, seen }) => [
      { key: userKey(userId, 'marks'), max: maxSeen, packed: packMarks(seen.filter((mark) => !isImpression(mark))) },
      { key: userKey(userId, 'shown-marks'), max: maxShown, packed: packMarks(seen.filter(isImpression)) },
    ]);
    const some = additions.filter(({ packed, max }) => packed.length > 0 && max > 0);
    if (some.length === 0) return;
    const pipeline = this.redis.pipeline();
    for (const { key, packed } of some) pipeline.append(key, packed);
    const lengths = valuesOf(await pipeline.exec().catch((error) => Promise.reject(unavailableFromRedis(error))));
    const full = some.filter(({ max }, at) => Number(lengths[at]) > 2 * max * MARK_BYTES);
    await runScript(
      this.redis,
      TRIM,
      full.map(({ key, max }) => ({ keys: [key], args: [max] })),
    );
  }
}

function hidingsOf({ userId, hidings }: SeenChange): ScriptCall[] {
  if (hidings.length === 0) return [];
  return [{ keys: [userKey(userId, 'hidden'), userKey(userId, 'hidings')], args: hidings.flatMap(argsOf) }];
}

const argsOf = ({ itemId, isHidden, since }: Hiding) => [itemId, since.getTime(), isHidden ? 'SADD' : 'SREM'];
