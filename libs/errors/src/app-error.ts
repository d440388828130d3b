import type { ErrorCode } from './codes';

/** One thing that is wrong with one field of a request. `field` is a path such as `interactions[3].item_id`. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/** What an `AppError` can carry besides its code and its sentence. */
export interface AppErrorDetails {
  /** The error underneath, for our logs; it never reaches a caller. */
  readonly cause?: unknown;
  /** Every problem found in the input, not only the first. */
  readonly violations?: readonly FieldViolation[];
  /** Facts for machines; sent to the caller in `ErrorInfo.metadata`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** How long a caller should wait before it tries again. */
  readonly retryAfterMs?: number;
}

/**
 * The one error class of the fleet: a code for machines, a sentence that says what to do for people, and the cause for us.
 *
 * @example throw new AppError('not_found.policy', 'policy "home-feed" does not exist');
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly violations: readonly FieldViolation[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: AppErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'AppError';
    this.code = code;
    this.violations = details.violations ?? [];
    this.metadata = details.metadata ?? {};
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** Whether an error is an `AppError` whose code begins with `prefix`, for instance `not_found`. */
export function isAppError(error: unknown, prefix?: string): error is AppError {
  if (!(error instanceof AppError)) return false;
  return prefix === undefined || error.code === prefix || error.code.startsWith(`${prefix}.`);
}

/** An `AppError` as it is; anything else becomes `internal.unexpected` with the original as its cause. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('internal.unexpected', 'an unexpected error happened; its details are in the logs', {
    cause: error,
  });
}
