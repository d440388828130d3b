import { AppError } from '@attune/errors';
import { type Redis, unavailableFromRedis } from '@attune/redis';

/** The values of a pipeline or a transaction; throws the first error in it. */
export function valuesOf(results: readonly [error: Error | null, value: unknown][] | null): unknown[] {
  if (results === null) throw new AppError('conflict.redis', 'a transaction in Redis was dropped; try again');
  return results.map(([error, value]) => {
    if (error !== null) throw unavailableFromRedis(error);
    return value;
  });
}

/** Throws where there is no connection: a slate does not wait for one. */
export function requireReady({ status }: Pick<Redis, 'status'>): void {
  if (status !== 'ready') throw new AppError('unavailable.redis', 'Redis cannot be reached at the moment');
}
