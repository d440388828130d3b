import { type Redis, unavailableFromRedis } from '@attune/redis';
import { withoutSpans } from '@attune/telemetry';
import { agreementOf, type ConsentChange, PURPOSES, type Purpose } from '../domain/consent';
import type { ConsentKeeper } from '../user-ports';
import { requireReady, valuesOf } from './redis-values';
import { userKey } from './user-keys';

// What is kept is `<accepted at, ms>|<first letters of what the user refuses>|<event id>`.
const consentKey = (userId: string) => userKey(userId, 'consent');

// Most users refuse nothing, and what is not there can be asked for. What they agreed to is kept for as long as a change could
// still arrive after a later one, so that the later one wins.
const AGREED_SECONDS = 3_600;
/** What the feature-store answered is asked for again after a day. */
const ASKED_SECONDS = 24 * 3_600;

// KEYS: consent. ARGV: accepted at in ms, event id, what is refused.
const APPLY = `
local known = redis.call('GET', KEYS[1])
if known then
  local at, id = string.match(known, '^(%d+)|%a*|(.*)$')
  if tonumber(at) > tonumber(ARGV[1]) or (tonumber(at) == tonumber(ARGV[1]) and id >= ARGV[2]) then return 0 end
end
local value = ARGV[1] .. '|' .. ARGV[3] .. '|' .. ARGV[2]
if ARGV[3] == '' then
  redis.call('SET', KEYS[1], value, 'EX', ${AGREED_SECONDS})
else
  redis.call('SET', KEYS[1], value)
end
return 1`;

/** What users refused: a projection of the event log. Where nothing is kept of a user, the feature-store knows. */
export class RedisConsents implements ConsentKeeper {
  constructor(private readonly redis: Redis) {}

  async apply(changes: readonly ConsentChange[]): Promise<void> {
    if (changes.length > 0) await withoutSpans(() => this.#applyAll(changes));
  }

  async remember(userId: string, refused: readonly Purpose[]): Promise<void> {
    // A change from the log that came first knows better, and one that comes later is later than this.
    const value = `0|${lettersOf(refused)}|`;
    await this.redis
      .set(consentKey(userId), value, 'EX', ASKED_SECONDS, 'NX')
      .catch((error) => Promise.reject(unavailableFromRedis(error)));
  }

  /** Whether it is kept of all of them that they agree to personalization. */
  async allAgree(userIds: readonly string[]): Promise<boolean> {
    if (userIds.length === 0) return true;
    requireReady(this.redis);
    const pipeline = this.redis.pipeline();
    for (const userId of userIds) pipeline.get(consentKey(userId));
    const kept = valuesOf(await pipeline.exec().catch((error) => Promise.reject(unavailableFromRedis(error))));
    return kept.every((value) => {
      const refused = refusedFrom(value as string | null);
      return refused !== undefined && agreementOf(refused) === 'agreed';
    });
  }

  async #applyAll(changes: readonly ConsentChange[]): Promise<void> {
    const pipeline = this.redis.pipeline();
    for (const { userId, acceptedAt, eventId, refused } of changes) {
      pipeline.eval(APPLY, 1, consentKey(userId), acceptedAt.getTime(), eventId, lettersOf(refused));
    }
    valuesOf(await pipeline.exec().catch((error) => Promise.reject(unavailableFromRedis(error))));
  }
}

/** What the kept text says that the user refuses; undefined where nothing is kept. */
export function refusedFrom(kept: string | null): readonly Purpose[] | undefined {
  const letters = kept?.split('|')[1];
  return letters === undefined ? undefined : PURPOSES.filter((purpose) => letters.includes(purpose[0]!));
}

const lettersOf = (refused: readonly Purpose[]) => refused.map((purpose) => purpose[0]).join('');
