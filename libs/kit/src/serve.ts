import type { PlatformSettings } from '@attune/config';
import { ACCESS_RULES, type AccessRule, SERVICES, type ServiceDefinitions, type ServiceName } from '@attune/contracts';
import {
  type GrpcServer,
  type Handlers,
  type IdempotencyStore,
  memoryIdempotencyStore,
  serviceOf,
  startGrpcServer,
} from '@attune/grpc';
import type { Logger } from '@attune/telemetry';

/** What the gRPC server of a service needs. */
export interface ServeOptions<N extends ServiceName> {
  readonly name: N;
  readonly settings: PlatformSettings;
  readonly logger: Logger;
  readonly handlers: Partial<Handlers<ServiceDefinitions[N]>>;
  /** In memory when the service has no database. */
  readonly idempotencyStore: IdempotencyStore | undefined;
}

/** Starts the gRPC server of a service. Nothing is healthy yet; unary calls that count once per request id do. */
export async function serve<N extends ServiceName>(options: ServeOptions<N>): Promise<GrpcServer> {
  const { name, settings, logger, handlers, idempotencyStore = memoryIdempotencyStore() } = options;
  const { tlsCertFile, tlsKeyFile, authTokensFile } = settings;
  const service = serviceOf({
    definition: SERVICES[name].definition as never,
    handlers: handlers as never,
    idempotency: { store: idempotencyStore, methods: methodsByRequestId(name) as never },
  });
  const server = await startGrpcServer({
    listen: settings.listen,
    services: [service],
    logger,
    admission: { maxConcurrent: settings.maxConcurrentCalls },
    ...(tlsCertFile === undefined || tlsKeyFile === undefined
      ? {}
      : { tls: { certFile: tlsCertFile, keyFile: tlsKeyFile } }),
    ...(authTokensFile === undefined ? {} : { authTokensFile }),
  });
  setHealth(server, name, false);
  return server;
}

/** Sets the health of the service and of its server as a whole. */
export function setHealth(server: GrpcServer, name: ServiceName, isServing: boolean): void {
  server.setServing('', isServing);
  server.setServing(SERVICES[name].grpcName, isServing);
}

type WithRequestId = { readonly requestId: string };

function methodsByRequestId(name: ServiceName): Record<string, (request: WithRequestId) => string> {
  const rules: Readonly<Record<string, AccessRule>> = ACCESS_RULES[name];
  const unary = Object.entries(SERVICES[name].definition).filter(
    ([, shape]) => !shape.requestStream && !shape.responseStream,
  );
  const once = unary.filter(([method]) => rules[method]?.effect === 'request_id');
  return Object.fromEntries(once.map(([method]) => [method, (request: WithRequestId) => request.requestId]));
}
