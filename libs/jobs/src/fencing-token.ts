import type { Redis } from '@attune/redis';
import { fenceKey, type QueueName } from './queue-keys';

// at least the wall clock, so that tokens keep growing when Redis has lost its data and the counter begins anew
const NEXT_TOKEN = `
local token = math.max(tonumber(redis.call('GET', KEYS[1]) or '0') + 1, tonumber(ARGV[1]))
redis.call('SET', KEYS[1], string.format('%.0f', token))
return string.format('%.0f', token)`;

/**
 * A number higher than every one given before for this queue. A job's effects carry it, and a store that remembers the
 * highest it has seen refuses the effects of a run that was taken over.
 */
export async function nextFencingToken(redis: Redis, queue: QueueName, now: Date): Promise<number> {
  return Number(await redis.eval(NEXT_TOKEN, 1, fenceKey(queue), now.getTime()));
}
