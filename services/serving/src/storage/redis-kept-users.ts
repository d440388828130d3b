import { AppError } from '@attune/errors';
import type { Redis } from '@attune/redis';
import type { KeptUser } from '../ports';
import { consentKey, refusedFrom } from './redis-consents';
import { FORGOTTEN_KEY } from './redis-forgotten-users';
import { hiddenKey, seenKey } from './redis-seen-items';
import { valuesOf } from './redis-values';

type UserKeyOf = (userId: string) => string;
type Values = [seen: string[], hidden: string[], consent: string | null, forgotten: string | null];

/** Reads all that a slate needs to know of a user in one round trip. */
export async function readKeptUser(redis: Redis, userId: string, userKeyOf: UserKeyOf): Promise<KeptUser> {
  // A slate does not wait for a connection that is not there.
  if (redis.status !== 'ready') throw new AppError('unavailable.redis', 'Redis cannot be reached at the moment');
  const pipeline = redis
    .pipeline()
    .smembers(seenKey(userId))
    .smembers(hiddenKey(userId))
    .get(consentKey(userId))
    .zscore(FORGOTTEN_KEY, userKeyOf(userId));
  const [seen, hidden, consent, forgotten] = valuesOf(await pipeline.exec()) as Values;
  const forgottenAt = forgotten === null ? undefined : new Date(Number(forgotten));
  return { seen: new Set(seen), hidden: new Set(hidden), refused: refusedFrom(consent), forgottenAt };
}
