import type { MethodName, ParentCall, Shape, ShapeOf } from '@attune/contracts';
import type { Logger } from '@attune/telemetry';

/** What a handler knows about the call that it serves. */
export interface CallContext extends ParentCall {
  /** Aborts when the caller cancels or its deadline passes; its reason is an `AppError`. Pass it on to everything that waits. */
  readonly signal: AbortSignal;
  /** When the caller stops waiting. */
  readonly deadline: Date;
  /** The id that follows one request through the fleet, its logs and its spans. */
  readonly requestId: string;
  /** The service of the fleet that calls; absent for callers outside it. */
  readonly caller?: string;
  /** A logger that adds the request id and the method. */
  readonly logger: Logger;
}

type HandlerOf<X> =
  X extends Shape<'unary', infer Req, infer Res>
    ? (request: Req, ctx: CallContext) => Promise<Res>
    : X extends Shape<'server_stream', infer Req, infer Res>
      ? (request: Req, ctx: CallContext) => AsyncIterable<Res>
      : X extends Shape<'client_stream', infer Req, infer Res>
        ? (requests: AsyncIterable<Req>, ctx: CallContext) => Promise<Res>
        : never;

/**
 * The handlers of a service, from ts-proto's server interface or its definition:
 * `Handlers<featureStore.FeatureStoreServiceServer>` or `Handlers<typeof featureStore.FeatureStoreServiceService>`.
 */
export type Handlers<S> = { readonly [K in MethodName<S>]: HandlerOf<ShapeOf<S[K]>> };
