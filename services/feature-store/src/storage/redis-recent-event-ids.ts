import { hash } from 'node:crypto';
import { type Redis, unavailableFromRedis } from '@attune/redis';
import type { Clock, RecentEventIds } from '../ports';

const BUCKET_MS = 12 * 3_600_000;
/** Buckets that are asked: together they reach back at least 24 hours. */
const BUCKETS = 3;
// About 80 bytes of Redis per id: the newest ids win nothing by pushing out more than this. Consumers count exactly anyway.
const MAX_PER_BUCKET = 1_000_000;

/** Recent event ids in Redis: sets of short hashes, one per 12 hours, that expire. */
export function redisRecentEventIds(redis: Redis, clock: Clock): RecentEventIds {
  const bucket = (age: number) => `recent-events:${Math.floor(clock().getTime() / BUCKET_MS) - age}`;
  return {
    known: async (eventIds) => {
      if (eventIds.length === 0) return new Set();
      const members = eventIds.map(memberOf);
      const pipeline = redis.pipeline();
      for (let age = 0; age < BUCKETS; age++) pipeline.smismember(bucket(age), members);
      const answers = await execute(pipeline);
      return new Set(eventIds.filter((_, index) => answers.some((found) => (found as number[])[index] === 1)));
    },
    add: async (eventIds) => {
      if (eventIds.length === 0) return;
      const size = await redis.scard(bucket(0)).catch(rethrow);
      if (size >= MAX_PER_BUCKET) return;
      const pipeline = redis.pipeline();
      pipeline.sadd(bucket(0), eventIds.map(memberOf));
      pipeline.pexpire(bucket(0), BUCKET_MS * (BUCKETS + 1));
      await execute(pipeline);
    },
  };
}

// 16 bytes of SHA-256 as text: short, of one length, and nothing of an id that may name a person.
function memberOf(eventId: string): string {
  return hash('sha256', eventId, 'base64').slice(0, 22);
}

async function execute(pipeline: ReturnType<Redis['pipeline']>): Promise<unknown[]> {
  const answers = (await pipeline.exec().catch(rethrow)) ?? [];
  return answers.map(([error, answer]) => {
    if (error !== null) throw unavailableFromRedis(error);
    return answer;
  });
}

function rethrow(error: unknown): never {
  throw unavailableFromRedis(error);
}
