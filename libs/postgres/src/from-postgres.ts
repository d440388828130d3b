import { types } from 'node:util';
import { AppError } from '@attune/errors';

// Class 08: connection exceptions. 57P0x: shut down, crashed, starting. 53300: no connection is left.
const UNAVAILABLE_STATES = /^(08...|57P0[1-5]|53300)$/;
const LOST_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);
const LOST_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|not queryable|Client was closed|Cannot use a pool after calling end|server closed the connection/i;

/** An error of the driver as the fleet's error where it has a meaning for callers; any other error as it is. */
export function fromPostgres(error: unknown): unknown {
  if (!types.isNativeError(error) || error instanceof AppError) return error;
  if (isConnectionLost(error)) {
    return new AppError('unavailable.postgres', 'PostgreSQL cannot be reached at the moment; try again', {
      cause: error,
    });
  }
  const state = sqlState(error) ?? '';
  if (state === '22021' || state === '22P05' || isBadUnicode(error)) {
    return new AppError('invalid.text', 'text contains characters that cannot be stored, such as NUL', {
      cause: error,
    });
  }
  if (state === '40001' || state === '40P01') {
    return new AppError('conflict.postgres', 'another transaction changed the same rows; try again', { cause: error });
  }
  if (state === '57014') {
    return new AppError('deadline.postgres', 'the statement took too long and was cancelled', { cause: error });
  }
  return error;
}

/** Whether the connection is gone, so that it must not go back to the pool. */
export function isConnectionLost(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  const { code = '', errors = [] } = error as NodeJS.ErrnoException & { errors?: readonly unknown[] };
  // A host name with several addresses fails with one error per address.
  if (errors.some(isConnectionLost)) return true;
  return UNAVAILABLE_STATES.test(code) || LOST_CODES.has(code) || LOST_MESSAGES.test(error.message);
}

/** The SQLSTATE of a server's error, for instance `23505` for a unique violation. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

// A lone surrogate in JSON text is refused as 22P02, the state of every malformed literal; only the detail tells.
function isBadUnicode(error: Error): boolean {
  return sqlState(error) === '22P02' && /Unicode/.test((error as { detail?: string }).detail ?? '');
}
