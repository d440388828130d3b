import { hash } from 'node:crypto';
import { type Redis, unavailableFromRedis } from '@attune/redis';
import type { Clock, RecentEventIds } from '../ports';

const BUCKET_MS = 12 * 3_600_000;
/** Buckets that are asked: together they reach back at least 24 hours. */
const BUCKETS = 3;
// About 80 bytes of Redis per id: beyond this the newest ids are not remembered. Consumers count exactly anyway.
const MAX_PER_BUCKET = 1_000_000;
const MEMBER_LENGTH = 22;
// Lua's stack takes about 8,000 arguments of one call.
const MEMBERS_PER_CALL = 4_000;

// All members travel as one text of equal parts: thousands of arguments and answers would cost the client far more than
// the server's work. FIND answers the places (from 0) of the members that any bucket has.
const MEMBERS = `
local all, length, per_call = ARGV[1], ${MEMBER_LENGTH}, ${MEMBERS_PER_CALL}
local function some(from)
  local members = {}
  for at = from, math.min(from + per_call, #all / length) - 1 do
    members[#members + 1] = string.sub(all, at * length + 1, (at + 1) * length)
  end
  return members
end
`;
const FIND = `${MEMBERS}
local found = {}
for from = 0, #all / length - 1, per_call do
  local members = some(from)
  for _, bucket in ipairs(KEYS) do
    if redis.call('EXISTS', bucket) == 1 then
      for index, is_member in ipairs(redis.call('SMISMEMBER', bucket, unpack(members))) do
        if is_member == 1 then found[#found + 1] = from + index - 1 end
      end
    end
  end
end
return found`;
const ADD = `${MEMBERS}
if redis.call('SCARD', KEYS[1]) >= ${MAX_PER_BUCKET} then return 0 end
for from = 0, #all / length - 1, per_call do redis.call('SADD', KEYS[1], unpack(some(from))) end
return redis.call('PEXPIRE', KEYS[1], ${BUCKET_MS * (BUCKETS + 1)})`;

/** Recent event ids in Redis: sets of short hashes, one per 12 hours, that expire. */
export function redisRecentEventIds(redis: Redis, clock: Clock): RecentEventIds {
  const bucket = (age: number) => `recent-events:${Math.floor(clock().getTime() / BUCKET_MS) - age}`;
  const buckets = () => Array.from({ length: BUCKETS }, (_, age) => bucket(age));
  return {
    look: async (eventIds) => {
      const members = eventIds.map(memberOf);
      if (eventIds.length === 0) return { known: new Set(), add: async () => undefined };
      const found = (await redis.eval(FIND, BUCKETS, ...buckets(), members.join('')).catch(rethrow)) as number[];
      const known = new Set(found.map((place) => eventIds[place]!));
      return {
        known,
        add: async () => {
          const fresh = known.size === 0 ? members : members.filter((_, place) => !known.has(eventIds[place]!));
          if (fresh.length > 0) await redis.eval(ADD, 1, bucket(0), fresh.join('')).catch(rethrow);
        },
      };
    },
  };
}

// 16 bytes of SHA-256 as text: short, of one length, and nothing of an id that may name a person.
function memberOf(eventId: string): string {
  return hash('sha256', eventId, 'base64').slice(0, MEMBER_LENGTH);
}

function rethrow(error: unknown): never {
  throw unavailableFromRedis(error);
}
