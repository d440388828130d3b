import { AppError, type ErrorCode, isAppError } from '@attune/errors';

/** The error for a key that the store does not hold. */
export function objectNotFound(key: string, cause?: unknown): AppError {
  return new AppError('not_found.object', `object "${key}" does not exist`, { cause });
}

/** Throws `cancelled.object` when the caller gave up; an `AppError` given as the reason passes as it is. */
export function throwIfCancelled(signal: AbortSignal | undefined, key: string): void {
  if (signal?.aborted) throw cancelled(signal, key);
}

/** The error for a call whose caller gave up. */
export function cancelled(signal: AbortSignal, key: string): AppError {
  if (isAppError(signal.reason)) return signal.reason;
  return new AppError('cancelled.object', `the call for object "${key}" was cancelled`, { cause: signal.reason });
}

const FOLDER_ERRORS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOSPC: ['exhausted.object_store', 'the disk of the object store is full'],
  EDQUOT: ['exhausted.object_store', 'the disk quota of the object store is used up'],
  EACCES: ['permission.object_store', 'the object store folder may not be read or written by this user'],
  EPERM: ['permission.object_store', 'the object store folder may not be read or written by this user'],
  EROFS: ['permission.object_store', 'the object store folder is on a read-only file system'],
  EMFILE: ['unavailable.object_store', 'too many files are open'],
  EIO: ['unavailable.object_store', 'the disk of the object store failed'],
  EEXIST: ['conflict.object', 'a part of the key is already an object of its own'],
  ENOTDIR: ['conflict.object', 'a part of the key is already an object of its own'],
  EISDIR: ['conflict.object', 'the key is already the folder of other objects'],
  ENOTEMPTY: ['conflict.object', 'the key is already the folder of other objects'],
};

/** Translates an error of the file system; an error from elsewhere (the caller's own stream) passes as it is. */
export function fromFileSystem(error: unknown, key: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const rule = code === undefined ? undefined : FOLDER_ERRORS[code];
  return rule === undefined ? error : new AppError(rule[0], `${rule[1]} (object "${key}")`, { cause: error });
}

interface SdkError {
  readonly name?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

// by message, because the SDK wraps errors that it does not know into new ones that keep only the text
const NETWORK_TROUBLE = /\b(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH|socket hang up)\b/;

/** Translates an error of the S3 client; an error from elsewhere (the caller's own stream) passes as it is. */
export function fromS3(error: unknown, key: string, signal?: AbortSignal): unknown {
  if (isAppError(error)) return error;
  if (signal?.aborted) return cancelled(signal, key);
  const { name = '', message = '', $metadata } = (error ?? {}) as SdkError;
  const status = $metadata?.httpStatusCode;
  const say = (as: ErrorCode, sentence: string) => new AppError(as, `${sentence} (object "${key}")`, { cause: error });
  if (name === 'NoSuchBucket') return say('failed_precondition.object_store', 'the bucket does not exist');
  if (name === 'NoSuchKey' || name === 'NotFound' || status === 404) return objectNotFound(key, error);
  if (name === 'CredentialsProviderError') return say('unauthenticated.object_store', 'no S3 credentials were found');
  if (status === 401 || status === 403) return say('permission.object_store', 'S3 refused the credentials');
  if (NETWORK_TROUBLE.test(message) || name === 'TimeoutError') {
    return say('unavailable.object_store', 'S3 cannot be reached');
  }
  if (status !== undefined && (status >= 500 || status === 429)) {
    return say('unavailable.object_store', `S3 failed with status ${status}`);
  }
  return status === undefined || status < 300
    ? error
    : say('internal.object_store', `S3 refused the call with status ${status}`);
}
