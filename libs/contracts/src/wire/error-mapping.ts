import { AppError, categoryOfGrpcStatus, type ErrorCode, ruleOf } from '@attune/errors';
import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import { headerOf, REQUEST_ID_HEADER, STATUS_DETAILS_TRAILER, trailersOf } from './metadata';
import { clip, decodeStatus, encodeStatus } from './status-details';

/** `grpc-message` is percent-encoded: a character of another script takes up to nine bytes of the trailers. */
const MAX_GRPC_MESSAGE_CHARS = 150;

/** An error as the gRPC status that tells a caller of it. */
export function statusOf(error: AppError, requestId: string): StatusObject {
  const metadata = trailersOf(requestId);
  try {
    metadata.set(STATUS_DETAILS_TRAILER, encodeStatus(error, requestId));
    return { code: ruleOf(error.code).grpcStatus, details: clip(error.message, MAX_GRPC_MESSAGE_CHARS), metadata };
  } catch {
    // An error that breaks its own types must still be answered: a call without an answer waits for its deadline.
    return { code: status.INTERNAL, details: 'an error that cannot be described happened', metadata };
  }
}

/** The code that a reason stands for: `NOT_FOUND_POLICY` with the status NOT_FOUND is `not_found.policy`. */
function codeOf(grpcStatus: number, reason: string | undefined): ErrorCode {
  const category = categoryOfGrpcStatus(grpcStatus);
  if (reason === undefined || reason === '') return `${category}.call`;
  const words = reason.toLowerCase();
  return words.startsWith(`${category}_`) ? `${category}.${words.slice(category.length + 1)}` : `${category}.${words}`;
}

/**
 * A failed call as the `AppError` that its server threw: same code, violations, metadata and delay. `metadata.requestId`
 * says what to search the logs for.
 */
export function errorOf(failure: ServiceError, method: string): AppError {
  const trailers = failure.metadata instanceof Metadata ? failure.metadata : new Metadata();
  const bytes = trailers.get(STATUS_DETAILS_TRAILER)[0];
  const details = bytes instanceof Buffer ? decodeStatus(bytes) : undefined;
  const requestId = details?.requestId ?? headerOf(trailers, REQUEST_ID_HEADER);
  const message = details?.message ?? `${method}: ${failure.details || failure.message}`;
  return new AppError(codeOf(failure.code, details?.reason), message, {
    cause: failure,
    violations: details?.violations ?? [],
    metadata: { ...details?.metadata, ...(requestId === undefined ? {} : { requestId }) },
    ...(details?.retryAfterMs === undefined ? {} : { retryAfterMs: details.retryAfterMs }),
  });
}
