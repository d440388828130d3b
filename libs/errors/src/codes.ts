/** What kind of thing went wrong: the part of a code before its dot. The list is closed. */
export type ErrorCategory = keyof typeof ERROR_TABLE;

/** A category and a subject, for instance `not_found.policy`. */
export type ErrorCode = `${ErrorCategory}.${string}`;

/** What one category means for a caller (gRPC status, whether to retry) and for a consumer (retry or dead-letter). */
export interface ErrorRule {
  /** The numeric gRPC status code. */
  readonly grpcStatus: number;
  /** The caller may send the same call again. Only UNAVAILABLE is (AIP-194). */
  readonly callerMayRetry: boolean;
  /** What a consumer of the event log does with the record that failed. */
  readonly onConsume: 'retry' | 'dead_letter';
}

/** The one table that maps error categories to gRPC status, to retries and to dead-letter topics. */
export const ERROR_TABLE = {
  invalid: { grpcStatus: 3, callerMayRetry: false, onConsume: 'dead_letter' },
  not_found: { grpcStatus: 5, callerMayRetry: false, onConsume: 'dead_letter' },
  exists: { grpcStatus: 6, callerMayRetry: false, onConsume: 'dead_letter' },
  permission: { grpcStatus: 7, callerMayRetry: false, onConsume: 'dead_letter' },
  unauthenticated: { grpcStatus: 16, callerMayRetry: false, onConsume: 'dead_letter' },
  failed_precondition: { grpcStatus: 9, callerMayRetry: false, onConsume: 'dead_letter' },
  conflict: { grpcStatus: 10, callerMayRetry: false, onConsume: 'retry' },
  out_of_range: { grpcStatus: 11, callerMayRetry: false, onConsume: 'dead_letter' },
  exhausted: { grpcStatus: 8, callerMayRetry: false, onConsume: 'retry' },
  cancelled: { grpcStatus: 1, callerMayRetry: false, onConsume: 'retry' },
  deadline: { grpcStatus: 4, callerMayRetry: false, onConsume: 'retry' },
  unimplemented: { grpcStatus: 12, callerMayRetry: false, onConsume: 'dead_letter' },
  unavailable: { grpcStatus: 14, callerMayRetry: true, onConsume: 'retry' },
  data_loss: { grpcStatus: 15, callerMayRetry: false, onConsume: 'dead_letter' },
  internal: { grpcStatus: 13, callerMayRetry: false, onConsume: 'retry' },
} as const satisfies Record<string, ErrorRule>;

/** The rule of a code. */
export function ruleOf(code: ErrorCode): ErrorRule {
  return ERROR_TABLE[code.slice(0, code.indexOf('.')) as ErrorCategory];
}

/** The category of a numeric gRPC status; UNKNOWN (2) and anything unheard of count as `internal`. */
export function categoryOfGrpcStatus(status: number): ErrorCategory {
  const found = Object.entries(ERROR_TABLE).find(([, rule]) => rule.grpcStatus === status);
  return (found?.[0] as ErrorCategory | undefined) ?? 'internal';
}
