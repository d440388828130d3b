import { type AppError, type ErrorCode, type FieldViolation, ruleOf } from '@attune/errors';
import * as rpcDetails from '../gen/google/rpc/error_details';
import * as rpcStatus from '../gen/google/rpc/status';

/** The domain of every `ErrorInfo` that the fleet sends. */
const ERROR_DOMAIN = 'attune';

/** The longest sentence that is sent in the `google.rpc.Status`. */
const MAX_MESSAGE_CHARS = 400;
/**
 * How many bytes of violations and metadata are sent. Trailers are HTTP/2 headers: many clients refuse more than 8 KiB of
 * them in all, and base64 makes these bytes a third longer.
 */
const MAX_VIOLATION_BYTES = 2_400;
const MAX_METADATA_BYTES = 800;
const MAX_VALUE_CHARS = 300;

const TYPES = 'type.googleapis.com/google.rpc.';

/** `not_found.policy` becomes `NOT_FOUND_POLICY`. */
export function reasonOf(code: ErrorCode): string {
  return code.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase();
}

/** At most `max` characters, without a lone surrogate: such text cannot be encoded. */
export function clip(text: string, max: number): string {
  const clipped = text.length > max ? `${text.slice(0, max - 1)}…` : text;
  return clipped.toWellFormed();
}

/** The violations that fit into trailers; where not all do, the last entry says how many are left out. */
export function fittingViolations(violations: readonly FieldViolation[]): FieldViolation[] {
  const fitting: FieldViolation[] = [];
  let bytes = 0;
  for (const violation of violations) {
    const clipped = {
      field: clip(violation.field, MAX_VALUE_CHARS),
      description: clip(violation.description, MAX_VALUE_CHARS),
    };
    bytes += Buffer.byteLength(clipped.field) + Buffer.byteLength(clipped.description) + 8;
    if (bytes > MAX_VIOLATION_BYTES) break;
    fitting.push(clipped);
  }
  const left = violations.length - fitting.length;
  if (left > 0) fitting.push({ field: '', description: `and ${left} more problems that did not fit into this answer` });
  return fitting;
}

function fittingMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const fitting: Record<string, string> = {};
  let bytes = 0;
  for (const [key, value] of Object.entries(metadata)) {
    const clipped = clip(String(value), MAX_VALUE_CHARS);
    bytes += key.length + Buffer.byteLength(clipped) + 8;
    if (bytes > MAX_METADATA_BYTES) break;
    fitting[key] = clipped;
  }
  return fitting;
}

const detail = (name: string, bytes: Uint8Array) => ({ typeUrl: TYPES + name, value: Buffer.from(bytes) });

/** An error as the bytes of a `google.rpc.Status` with all its details, small enough for trailers. */
export function encodeStatus(error: AppError, requestId: string): Buffer {
  const { ErrorInfo, BadRequest, RetryInfo, RequestInfo } = rpcDetails;
  const info = { reason: reasonOf(error.code), domain: ERROR_DOMAIN, metadata: fittingMetadata(error.metadata) };
  const details = [detail('ErrorInfo', ErrorInfo.encode(info).finish())];
  if (error.violations.length > 0) {
    const fieldViolations = fittingViolations(error.violations).map((violation) => ({ ...violation, reason: '' }));
    details.push(detail('BadRequest', BadRequest.encode({ fieldViolations }).finish()));
  }
  if (error.retryAfterMs !== undefined) {
    const ms = Math.max(0, Math.ceil(error.retryAfterMs));
    const retryDelay = { seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1_000_000 };
    details.push(detail('RetryInfo', RetryInfo.encode({ retryDelay }).finish()));
  }
  details.push(detail('RequestInfo', RequestInfo.encode({ requestId, servingData: '' }).finish()));
  const message = clip(error.message, MAX_MESSAGE_CHARS);
  return Buffer.from(rpcStatus.Status.encode({ code: ruleOf(error.code).grpcStatus, message, details }).finish());
}

/** What a `google.rpc.Status` says about an error. */
export interface StatusDetails {
  readonly message: string;
  readonly reason?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly FieldViolation[];
  readonly retryAfterMs?: number;
  readonly requestId?: string;
}

/** Reads a `google.rpc.Status`; bytes that are none give `undefined`, because an answer must not crash its reader. */
export function decodeStatus(bytes: Uint8Array): StatusDetails | undefined {
  try {
    const status = rpcStatus.Status.decode(bytes);
    const find = (name: string) => status.details.find((any) => any.typeUrl === TYPES + name)?.value;
    const [info, bad, retry, request] = ['ErrorInfo', 'BadRequest', 'RetryInfo', 'RequestInfo'].map(find);
    const errorInfo = info === undefined ? undefined : rpcDetails.ErrorInfo.decode(info);
    const violations = bad === undefined ? [] : rpcDetails.BadRequest.decode(bad).fieldViolations;
    const delay = retry === undefined ? undefined : rpcDetails.RetryInfo.decode(retry).retryDelay;
    return {
      message: status.message,
      ...(errorInfo === undefined ? {} : { reason: errorInfo.reason }),
      metadata: errorInfo?.metadata ?? {},
      violations: violations.map(({ field, description }) => ({ field, description })),
      ...(delay === undefined ? {} : { retryAfterMs: delay.seconds * 1_000 + delay.nanos / 1_000_000 }),
      ...(request === undefined ? {} : { requestId: rpcDetails.RequestInfo.decode(request).requestId }),
    };
  } catch {
    return undefined;
  }
}
