import { AppError } from '@attune/errors';
import type { Redis } from '@attune/redis';
import type { KeptUser } from '../ports';
import { consentKey, refusedFrom } from './redis-consents';
import { hiddenKey, seenKey } from './redis-seen-items';
import { valuesOf } from './redis-values';

/** Reads all that a slate needs to know of a user in one round trip. */
export async function readKeptUser(redis: Redis, userId: string): Promise<KeptUser> {
  // A slate does not wait for a connection that is not there.
  if (redis.status !== 'ready') throw new AppError('unavailable.redis', 'Redis cannot be reached at the moment');
  const pipeline = redis.pipeline().smembers(seenKey(userId)).smembers(hiddenKey(userId)).get(consentKey(userId));
  const [seen, hidden, consent] = valuesOf(await pipeline.exec()) as [string[], string[], string | null];
  return { seen: new Set(seen), hidden: new Set(hidden), refused: refusedFrom(consent) };
}
