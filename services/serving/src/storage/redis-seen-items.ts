import { type Redis, unavailableFromRedis } from '@attune/redis';
import { withoutSpans } from '@attune/telemetry';
import type { Hiding, SeenChange, SeenMark } from '../domain/seen-changes';
import type { SeenItemsWriter } from '../ports';
import { valuesOf } from './redis-values';
import { IMPRESSION, memberOf } from './seen-members';
import { userKey } from './user-keys';

/** How much is kept of each user. */
export interface SeenBounds {
  /** The newest marks, impressions apart. */
  readonly maxSeen: number;
  /** The newest impressions. */
  readonly maxShown: number;
}

// Two readers of the log may be at work at once, the consumer and a rebuild, and neither may undo what the other knows better.
// Of one moment the last counts, because each reader keeps the order of the log.
// KEYS: hidden, hidings. ARGV: for each item its id, the time in ms, and what to do with it in `hidden`: SADD or SREM.
const HIDE = `
for i = 1, #ARGV, 3 do
  local known = redis.call('HGET', KEYS[2], ARGV[i])
  if not known or tonumber(known) <= tonumber(ARGV[i + 1]) then
    redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
    redis.call(ARGV[i + 2], KEYS[1], ARGV[i])
  end
end`;

/**
 * What users have seen, by type and time, and what they hid: a projection of the event log, rebuilt from it when lost. Of each user
 * the newest marks stay, in whatever order they come. A hash keeps when each item was last hidden or unhidden, so that those events
 * can come in any order, too.
 */
export class RedisSeenItems implements SeenItemsWriter {
  constructor(
    private readonly redis: Redis,
    private readonly bounds: SeenBounds,
  ) {}

  async apply(changes: readonly SeenChange[]): Promise<void> {
    if (changes.length > 0) await withoutSpans(() => this.#applyAll(changes));
  }

  async #applyAll(changes: readonly SeenChange[]): Promise<void> {
    const pipeline = this.redis.pipeline();
    const { maxSeen, maxShown } = this.bounds;
    const keep = (key: string, marks: readonly SeenMark[], max: number) => {
      const entries = marks.flatMap(entryOf);
      if (entries.length === 0 || max === 0) return;
      pipeline.zadd(key, 'GT', ...entries);
      pipeline.zremrangebyrank(key, 0, -(max + 1));
    };
    for (const { userId, seen, hidings } of changes) {
      const isImpression = ({ type }: SeenMark) => type === IMPRESSION;
      keep(
        userKey(userId, 'seen'),
        seen.filter((mark) => !isImpression(mark)),
        maxSeen,
      );
      keep(userKey(userId, 'shown'), seen.filter(isImpression), maxShown);
      if (hidings.length > 0) {
        const keys = [userKey(userId, 'hidden'), userKey(userId, 'hidings')] as const;
        pipeline.eval(HIDE, 2, ...keys, ...hidings.flatMap(argsOf));
      }
    }
    valuesOf(await pipeline.exec().catch((error) => Promise.reject(unavailableFromRedis(error))));
  }
}

function entryOf({ itemId, type, at }: SeenMark): [number, string] | [] {
  const member = memberOf(type, itemId);
  return member === undefined ? [] : [Math.floor(at.getTime() / 1_000), member];
}

const argsOf = ({ itemId, isHidden, since }: Hiding) => [itemId, since.getTime(), isHidden ? 'SADD' : 'SREM'];
