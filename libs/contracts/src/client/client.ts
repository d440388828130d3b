import { readFileSync } from 'node:fs';
import { credentials, Client as GrpcClient } from '@grpc/grpc-js';
import { type AccessRule, accessRuleOf } from '../access-rules';
import { SERVICES, type ServiceDefinitions, type ServiceName } from '../services';
import { openBoard } from './balancer/least-busy-balancer';
import { HedgeBudget, RetryBudget } from './budgets';
import type { Client, MethodName, ServiceShape } from './call-types';
import { channelOptions } from './channel-options';
import { callClientStream, callServerStream } from './client-streams';
import { callUnary } from './client-unary';
import { LatencyWindow } from './latency-window';
import type { CalledMethod, SharedByMethods } from './outgoing-call';
import { targetOf } from './target';

/** Where a service is and who calls it. */
export interface Connection {
  /**
   * `host:port`; `dns:///name:port` where several pods answer to one name (a headless service); or some IP addresses,
   * `10.0.0.5:7104,10.0.0.6:7104`. Calls are spread over all of them.
   */
  readonly address: string;
  /** The service that calls; servers count and log it. */
  readonly caller: string;
  /** Sent as `authorization: Bearer`. */
  readonly authToken?: string;
  /** Speak TLS, and trust this authority (PEM); without a file, the system's authorities. */
  readonly tls?: { readonly caFile?: string };
  /** `false`: never send a read again while its first answer is only slow. */
  readonly hedging?: boolean;
}

/** What a client of a fleet's service needs. */
export interface ConnectOptions<N extends ServiceName> extends Connection {
  /** How long calls may take: one number for all, or some methods by name with `other` for the rest. Streams have an hour. */
  readonly deadlineMs:
    | number
    | ({ readonly [K in MethodName<ServiceDefinitions[N]>]?: number } & { readonly other: number });
}

/** What a client of any service needs. */
export interface ClientOptions<D> extends Connection {
  /** The ts-proto definition, for instance `featureStore.FeatureStoreServiceService`. */
  readonly definition: D;
  /** How long calls may take: one number for all, or some methods by name. Default 10 s, and an hour for streams. */
  readonly defaultDeadlineMs?: number | { readonly [K in MethodName<D>]?: number };
  /** Rules of a service that is not in `ACCESS_RULES`; for tests. */
  readonly rules?: { readonly [K in MethodName<D>]: AccessRule };
}

const DEFAULT_CALL_MS = 10_000;
const DEFAULT_STREAM_MS = 60 * 60_000;

/**
 * Opens the client of a service of the fleet: typed, with deadlines, re-sent and hedged where that is safe, spread over all
 * endpoints behind the address. It connects on its first call and finds restarted servers again.
 *
 * @example
 * await using serving = connect('serving', { address: 'dns:///serving:7104', caller: 'home-feed', deadlineMs: 200 });
 */
export function connect<N extends ServiceName>(
  service: N,
  { deadlineMs, ...connection }: ConnectOptions<N>,
): Client<ServiceDefinitions[N]> & AsyncDisposable {
  const definition = SERVICES[service].definition as ServiceDefinitions[N] & ServiceShape;
  const deadlines = typeof deadlineMs === 'number' ? { other: deadlineMs } : deadlineMs;
  return open({ definition, ...connection }, deadlines);
}

/** Opens a client of any service with a ts-proto definition. Services of the fleet have `connect`. */
export function createClient<D extends ServiceShape>(options: ClientOptions<D>): Client<D> & AsyncDisposable {
  const { defaultDeadlineMs: given } = options;
  return open(options, typeof given === 'number' ? { other: given, streams: given } : { ...given });
}

type Deadlines = Readonly<Record<string, number | undefined>>;

function open<D extends ServiceShape>(options: ClientOptions<D>, deadlines: Deadlines): Client<D> & AsyncDisposable {
  const { definition, address, tls } = options;
  const ca = tls?.caFile === undefined ? null : readFileSync(tls.caFile);
  const { board, policy, close } = openBoard();
  const security = tls === undefined ? credentials.createInsecure() : credentials.createSsl(ca);
  const channel = new GrpcClient(targetOf(address), security, channelOptions(policy));
  const shared: SharedByMethods = { board, retries: new RetryBudget(), hedges: new HedgeBudget() };
  const methods = Object.entries(definition).map(([key, shape]) => {
    const rules: Readonly<Record<string, AccessRule>> = options.rules ?? {};
    const rule = rules[key] ?? accessRuleOf(shape.path);
    const streams = shape.requestStream || shape.responseStream;
    const others = streams ? (deadlines.streams ?? DEFAULT_STREAM_MS) : (deadlines.other ?? DEFAULT_CALL_MS);
    const method: CalledMethod = {
      channel,
      shape,
      name: shape.path.slice(1),
      caller: options.caller,
      authToken: options.authToken,
      effect: rule?.effect ?? 'once',
      deadlineMs: deadlines[key] ?? others,
      mayHedge: options.hedging !== false && (rule?.effect === 'read' || rule?.isHedged === true),
      latencies: new LatencyWindow(),
      shared,
    };
    return [key, callOf(method)] as const;
  });
  const dispose = async () => {
    channel.close();
    close();
  };
  return { ...Object.fromEntries(methods), [Symbol.asyncDispose]: dispose } as unknown as Client<D> & AsyncDisposable;
}

function callOf(method: CalledMethod): unknown {
  if (method.shape.responseStream) return callServerStream(method);
  return method.shape.requestStream ? callClientStream(method) : callUnary(method);
}
