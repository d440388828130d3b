import { type AccessRule, MAX_MESSAGE_BYTES, type MethodShape } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type Histogram, type Logger, meter } from '@attune/telemetry';
import type { Tokens } from './access';
import type { Admission } from './admission/admission';
import type { IdempotencyStore } from './idempotency';
import type { RefusalLog } from './log-failure';

/** What all calls of one server share. */
export interface ServerState {
  readonly logger: Logger;
  readonly tokens: Tokens | undefined;
  readonly admission: Admission;
  readonly refusalLog: RefusalLog;
  /** Streams that may be open at once, with whatever else is in flight. */
  readonly maxStreams: number;
  /** Calls whose handlers have not ended. */
  inFlight: number;
  /** Called when a handler ends, for a drain that waits for the last one. */
  onRelease: () => void;
}

/** One RPC as a server runs it. */
export interface ServedMethod {
  /** `attune.serving.v1.ServingService/Recommend`. */
  readonly name: string;
  readonly shape: MethodShape;
  readonly rule: AccessRule;
  /** Whether it waits for a place when the server is busy. Streams do not, and neither does what is answered from memory. */
  readonly isQueued: boolean;
  /** How long a call from outside the fleet may take that does not say. */
  readonly defaultDeadlineMs: number;
  // biome-ignore lint/suspicious/noExplicitAny: the message types of a method are checked where its service is given
  readonly handler: ((request: any, ctx: any) => any) | undefined;
  readonly idempotency:
    | { readonly store: IdempotencyStore; readonly requestIdOf: (request: never) => string }
    | undefined;
}

/** Seconds that calls took, by method and status (OpenTelemetry's semantic conventions for RPC). */
export const callDuration: Histogram = meter('attune.grpc').histogram('rpc.server.call.duration', {
  unit: 's',
  description: 'Duration of inbound calls',
  boundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
});

/** Reads a request. Bytes that are no such message are the caller's mistake, whatever the decoder throws. */
export function decodeRequest(method: ServedMethod, bytes: Buffer): unknown {
  try {
    return method.shape.requestDeserialize(bytes);
  } catch (cause) {
    throw new AppError('invalid.message', `the request is not a valid message of ${method.name}`, { cause });
  }
}

/** Writes an answer, unless it is too large to be sent. */
export function encodeResponse(method: ServedMethod, response: unknown): Buffer {
  const bytes = method.shape.responseSerialize(response);
  if (bytes.length > MAX_MESSAGE_BYTES) {
    const sizes = `${bytes.length} bytes of at most ${MAX_MESSAGE_BYTES}`;
    throw new AppError('exhausted.response_size', `the answer is too large (${sizes}): ask for less at a time`);
  }
  return bytes;
}

/** The handler, or the error of an RPC that is in the contract but not built yet. */
export function handlerOf(method: ServedMethod): NonNullable<ServedMethod['handler']> {
  if (method.handler === undefined) {
    throw new AppError('unimplemented.rpc', `${method.name} is in the contract but not built yet`);
  }
  return method.handler;
}
