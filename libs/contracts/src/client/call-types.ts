import type {
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  MethodDefinition,
} from '@grpc/grpc-js';

/** The call on whose behalf another one is made: pass a handler's `ctx`. */
export interface ParentCall {
  readonly signal: AbortSignal;
  readonly deadline: Date;
  readonly requestId: string;
}

/** A service as ts-proto generates it, for instance `FeatureStoreServiceService`. */
export type ServiceShape = { readonly [method: string]: MethodShape };

/** One method of such a service. */
// biome-ignore lint/suspicious/noExplicitAny: the shape of a method whose message types are not known here
export type MethodShape = Readonly<MethodDefinition<any, any>>;

/** What streams. */
export type Kind = 'unary' | 'server_stream' | 'client_stream';
/** One method: its kind, request and response. */
export type Shape<K extends Kind, Req, Res> = { kind: K; req: Req; res: Res };

/** Kind, request and response of one method, from ts-proto's server interface or from its service definition. */
export type ShapeOf<M> =
  M extends handleUnaryCall<infer Req, infer Res>
    ? Shape<'unary', Req, Res>
    : M extends handleServerStreamingCall<infer Req, infer Res>
      ? Shape<'server_stream', Req, Res>
      : M extends handleClientStreamingCall<infer Req, infer Res>
        ? Shape<'client_stream', Req, Res>
        : M extends {
              readonly requestStream: infer Q;
              readonly responseStream: infer S;
              readonly requestDeserialize: (bytes: Buffer) => infer Req;
              readonly responseDeserialize: (bytes: Buffer) => infer Res;
            }
          ? Q extends true
            ? S extends true
              ? never
              : Shape<'client_stream', Req, Res>
            : S extends true
              ? Shape<'server_stream', Req, Res>
              : Shape<'unary', Req, Res>
          : never;

/** The method names of a server interface or definition, without the index signature that grpc-js asks for. */
export type MethodName<S> = keyof { [K in keyof S as string extends K ? never : number extends K ? never : K]: 0 } &
  string;

/** Options of one outgoing call. */
export interface CallOptions {
  /** How long this call may take; never longer than what is left of `parent`'s deadline. */
  readonly deadlineMs?: number;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
  /** The request id to send; by default the parent's, else a new one. */
  readonly requestId?: string;
  /**
   * The trace that the call belongs to (W3C `traceparent`), for callers without tracing of their own; with its last digit 1 the fleet
   * records the trace, whatever share it records otherwise.
   */
  readonly traceParent?: string;
  /** The call being served: its cancellation, deadline and request id pass on. */
  readonly parent?: ParentCall;
  /** Wait for a connection until the deadline instead of failing at once with UNAVAILABLE while the server is away. */
  readonly waitForReady?: boolean;
  /**
   * Ask again after `delayMs` without an answer, and take the first answer that comes; only where the RPC allows it. `false`:
   * never. By default after what is slow for this RPC lately, where there is another endpoint to ask.
   */
  readonly hedge?: false | { readonly delayMs: number; readonly maxAttempts?: number };
  /** `false`: whatever fails is told at once, for callers that send again themselves and must know that they did. */
  readonly resend?: false;
}

type ClientMethodOf<X> =
  X extends Shape<'unary', infer Req, infer Res>
    ? (request: Req, options?: CallOptions) => Promise<Res>
    : X extends Shape<'server_stream', infer Req, infer Res>
      ? (request: Req, options?: CallOptions) => AsyncIterable<Res>
      : X extends Shape<'client_stream', infer Req, infer Res>
        ? (requests: AsyncIterable<Req>, options?: CallOptions) => Promise<Res>
        : never;

/** A typed client of a service, from ts-proto's server interface or its definition. Failures are `AppError`s. */
export type Client<S> = { readonly [K in MethodName<S>]: ClientMethodOf<ShapeOf<S[K]>> };
