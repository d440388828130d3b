import { readFileSync } from 'node:fs';
import { type AccessRule, accessRuleOf } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { Logger } from '@attune/telemetry';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { readTokens } from './access';
import type { IdempotencyStore } from './idempotency';
import { DEFAULT_STREAM_DEADLINE_MS, DEFAULT_UNARY_DEADLINE_MS, SERVER_OPTIONS } from './limits';
import { requireProtection, splitAddress } from './listen-address';
import { addReflection } from './reflection';
import { serveClientStream, serveServerStream } from './serve-streams';
import { serveUnary } from './serve-unary';
import type { ServedMethod, ServerState } from './served-method';
import type { Handlers, MethodName, MethodShape, ServiceShape } from './types';

/** One service for a server to run. Make it with `serviceOf`, which checks handlers against the definition. */
export interface ServedService {
  readonly definition: ServiceShape;
  // biome-ignore lint/suspicious/noExplicitAny: services of different message types stand in one list
  readonly handlers: { readonly [method: string]: any };
  /** Unary methods that run once per request id: method name to the request's `request_id` field. */
  readonly idempotency?: {
    readonly store: IdempotencyStore;
    readonly methods: Readonly<Record<string, (request: never) => string>>;
  };
  /** Rules of a service that is not in `ACCESS_RULES`; for tests. */
  readonly rules?: Readonly<Record<string, AccessRule>>;
}

/** The unary methods of a service that run once per request id, each with the way to its request's `request_id`. */
export type IdempotentMethods<S> = {
  readonly [K in MethodName<S>]?: (request: Parameters<Handlers<S>[K]>[0]) => string;
};

/** A service with handlers that the compiler checks against its definition; methods without one answer UNIMPLEMENTED. */
export function serviceOf<D extends ServiceShape>(service: {
  readonly definition: D;
  readonly handlers: Partial<Handlers<D>>;
  readonly idempotency?: { readonly store: IdempotencyStore; readonly methods: IdempotentMethods<D> };
  readonly rules?: { readonly [K in MethodName<D>]: AccessRule };
}): ServedService {
  return service as ServedService;
}

/** What a server needs. */
export interface GrpcServerOptions {
  /** `host:port`; port 0 takes a free one. */
  readonly listen: string;
  readonly services: readonly ServedService[];
  readonly logger: Logger;
  /** Files of the certificate chain and its key (PEM). Without them the server speaks plaintext, on loopback only. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** A JSON file from token to role. Without it every caller may do everything, on loopback only. */
  readonly authTokensFile?: string;
  /** Calls beyond this many at once are refused with RESOURCE_EXHAUSTED. Health checks do not count. Default 1,000. */
  readonly maxConcurrentCalls?: number;
  /** How long a unary call from outside the fleet may take when it does not say. Default 30 s. */
  readonly defaultDeadlineMs?: number;
}

/** A server that runs. */
export interface GrpcServer extends AsyncDisposable {
  /** Where it listens, with the real port. */
  readonly address: string;
  /** Calls whose handlers have not ended. */
  readonly inFlight: number;
  /** Sets the health of a service by its full name, or of the whole server by `''`. Everything serves after the start. */
  setServing(service: string, serving: boolean): void;
  /** Not healthy, no new calls; resolves when those in flight have ended, or by force at the timeout. */
  drain(timeoutMs: number): Promise<void>;
}

/** Starts a gRPC server with health and reflection. Handlers throw `AppError`s; callers see them with all their details. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { listen, tls, authTokensFile } = options;
  requireProtection(listen, { tls: tls !== undefined, tokens: authTokensFile !== undefined });
  const state: ServerState = {
    logger: options.logger,
    tokens: authTokensFile === undefined ? undefined : readTokens(authTokensFile),
    maxConcurrentCalls: options.maxConcurrentCalls ?? 1_000,
    inFlight: 0,
    onRelease: () => undefined,
  };
  const server = new Server(SERVER_OPTIONS);
  for (const service of options.services) addService(server, state, service, options.defaultDeadlineMs);
  const names = options.services.map(({ definition }) => serviceNameOf(definition));
  const health = new HealthImplementation(Object.fromEntries(['', ...names].map((name) => [name, 'SERVING'])));
  health.addToServer(server);
  addReflection(server, [...names, 'grpc.health.v1.Health']);
  const port = await bind(server, listen, credentialsOf(tls));
  const address = `${listen.slice(0, listen.lastIndexOf(':'))}:${port}`;
  return runningServer({ server, state, health, names, address });
}

function serviceNameOf(definition: ServiceShape): string {
  return Object.values(definition)[0]!.path.split('/')[1]!;
}

function addService(server: Server, state: ServerState, service: ServedService, unaryDeadlineMs?: number): void {
  for (const [key, shape] of Object.entries(service.definition)) {
    const rule = service.rules?.[key] ?? accessRuleOf(shape.path);
    if (rule === undefined) throw new AppError('internal.access_rule', `${shape.path} has no access rule`);
    const requestIdOf = service.idempotency?.methods[key];
    const method: ServedMethod = {
      name: shape.path.slice(1),
      shape,
      rule,
      defaultDeadlineMs: shape.responseStream
        ? DEFAULT_STREAM_DEADLINE_MS
        : (unaryDeadlineMs ?? DEFAULT_UNARY_DEADLINE_MS),
      handler: service.handlers[key]?.bind(service.handlers),
      idempotency: requestIdOf === undefined ? undefined : { store: service.idempotency!.store, requestIdOf },
    };
    register(server, state, method, shape);
  }
}

function register(server: Server, state: ServerState, method: ServedMethod, shape: MethodShape): void {
  const asBytes = (bytes: Buffer) => bytes;
  const { path, requestStream, responseStream } = shape;
  if (requestStream && responseStream) {
    throw new AppError('internal.bidi', `${path}: streams in both directions are not supported`);
  }
  if (responseStream) server.register(path, serveServerStream(state, method), asBytes, asBytes, 'serverStream');
  else if (requestStream) server.register(path, serveClientStream(state, method), asBytes, asBytes, 'clientStream');
  else server.register(path, serveUnary(state, method), asBytes, asBytes, 'unary');
}

function credentialsOf(tls: GrpcServerOptions['tls']): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pair = { cert_chain: readFileSync(tls.certFile), private_key: readFileSync(tls.keyFile) };
  return ServerCredentials.createSsl(null, [pair]);
}

function bind(server: Server, listen: string, credentials: ServerCredentials): Promise<number> {
  const { host, port } = splitAddress(listen);
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host.includes(':') ? `[${host}]` : host}:${port}`, credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(new AppError('unavailable.listen', `cannot listen on ${listen}: ${error.message}`, { cause: error }));
    });
  });
}

const FLUSH_MS = 250;

interface Running {
  readonly server: Server;
  readonly state: ServerState;
  readonly health: HealthImplementation;
  readonly names: readonly string[];
  readonly address: string;
}

function runningServer({ server, state, health, names, address }: Running): GrpcServer {
  const setServing = (name: string, serving: boolean) => health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
  let drained: Promise<void> | undefined;
  const drain = (timeoutMs: number): Promise<void> => {
    drained ??= (async () => {
      for (const name of ['', ...names]) setServing(name, false);
      await shutDown(server, state, timeoutMs);
    })();
    return drained;
  };
  return {
    address,
    get inFlight() {
      return state.inFlight;
    },
    setServing,
    drain,
    [Symbol.asyncDispose]: () => drain(0),
  };
}

/** Ends softly; by force at the timeout, or when only streams that never end (health watchers) are left. */
function shutDown(server: Server, state: ServerState, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = () => {
      clearTimeout(timer);
      server.forceShutdown();
      resolve();
    };
    let timer = setTimeout(force, timeoutMs);
    const whenIdle = () => {
      if (state.inFlight > 0) return;
      clearTimeout(timer);
      // The last answers may still be on their way out.
      timer = setTimeout(force, Math.min(FLUSH_MS, timeoutMs));
    };
    state.onRelease = whenIdle;
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
    whenIdle();
  });
}
