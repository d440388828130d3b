import { readFileSync } from 'node:fs';
import { credentials, Client as GrpcClient } from '@grpc/grpc-js';
import { type AccessRule, accessRuleOf } from '../access-rules';
import type { Client, MethodName, ServiceShape } from './call-types';
import { CLIENT_OPTIONS } from './channel-options';
import { callClientStream, callServerStream } from './client-streams';
import { callUnary } from './client-unary';
import type { CalledMethod } from './outgoing-call';

/** What a client needs. */
export interface ClientOptions<D> {
  /** The ts-proto definition, for instance `featureStore.FeatureStoreServiceService`. */
  readonly definition: D;
  /** `host:port`, or `dns:///name:port` where several pods answer to one name. */
  readonly address: string;
  /** The service that calls. */
  readonly caller: string;
  /** How long calls may take: one number for all, or some methods by name. Default 10 s, and an hour for streams. */
  readonly defaultDeadlineMs?: number | { readonly [K in MethodName<D>]?: number };
  /** Sent as `authorization: Bearer`. */
  readonly authToken?: string;
  /** Speak TLS, and trust this authority (PEM); without a file, the system's authorities. */
  readonly tls?: { readonly caFile?: string };
  /** Rules of a service that is not in `ACCESS_RULES`; for tests. */
  readonly rules?: { readonly [K in MethodName<D>]: AccessRule };
}

const DEFAULT_CALL_MS = 10_000;
const DEFAULT_STREAM_MS = 60 * 60_000;

/** Opens a typed client. It connects on its first call, keeps the connection alive and finds a restarted server again. */
export function createClient<D extends ServiceShape>(options: ClientOptions<D>): Client<D> & AsyncDisposable {
  const { definition, address, tls } = options;
  const ca = tls?.caFile === undefined ? null : readFileSync(tls.caFile);
  const channel = new GrpcClient(
    address,
    tls === undefined ? credentials.createInsecure() : credentials.createSsl(ca),
    CLIENT_OPTIONS,
  );
  const methods = Object.entries(definition).map(([key, shape]) => {
    const rules: Readonly<Record<string, AccessRule>> = options.rules ?? {};
    const streams = shape.requestStream || shape.responseStream;
    const method: CalledMethod = {
      channel,
      shape,
      name: shape.path.slice(1),
      caller: options.caller,
      authToken: options.authToken,
      effect: (rules[key] ?? accessRuleOf(shape.path))?.effect ?? 'once',
      deadlineMs: deadlineOf(options.defaultDeadlineMs, key) ?? (streams ? DEFAULT_STREAM_MS : DEFAULT_CALL_MS),
    };
    return [key, callOf(method)] as const;
  });
  const dispose = async () => channel.close();
  return { ...Object.fromEntries(methods), [Symbol.asyncDispose]: dispose } as unknown as Client<D> & AsyncDisposable;
}

function deadlineOf(given: number | Readonly<Record<string, number | undefined>> | undefined, key: string) {
  return typeof given === 'object' ? given[key] : given;
}

function callOf(method: CalledMethod): unknown {
  if (method.shape.responseStream) return callServerStream(method);
  return method.shape.requestStream ? callClientStream(method) : callUnary(method);
}
