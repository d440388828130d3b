import { types } from 'node:util';
import { AppError } from '@attune/errors';

const LOST =
  /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS)\b|Connection is closed|Stream isn't writeable|Command timed out|connect ETIMEDOUT|All sentinels are unreachable|max retries per request/i;
const LOST_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

/**
 * `AppError('unavailable.redis')` for an error that says Redis cannot be reached or is not ready; any other error as it is.
 *
 * @example await redis.get(key).catch((error) => { throw unavailableFromRedis(error); });
 */
export function unavailableFromRedis(error: unknown): unknown {
  if (!types.isNativeError(error) || error instanceof AppError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  const isLost =
    error.name === 'MaxRetriesPerRequestError' ||
    LOST.test(error.message) ||
    (code !== undefined && LOST_CODES.has(code));
  if (!isLost) return error;
  return new AppError('unavailable.redis', 'Redis cannot be reached at the moment; try again', { cause: error });
}
