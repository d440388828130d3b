import { AppError } from '@attune/errors';
import { unavailableFromRedis } from '@attune/redis';

/** The values of a pipeline or a transaction; throws the first error in it. */
export function valuesOf(results: readonly [error: Error | null, value: unknown][] | null): unknown[] {
  if (results === null) throw new AppError('conflict.redis', 'a transaction in Redis was dropped; try again');
  return results.map(([error, value]) => {
    if (error !== null) throw unavailableFromRedis(error);
    return value;
  });
}
