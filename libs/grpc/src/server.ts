import { readFileSync } from 'node:fs';
import { AppError } from '@attune/errors';
import type { Logger } from '@attune/telemetry';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { readTokens } from './access';
import { Admission, type AdmissionLimits } from './admission/admission';
import { observeAdmission } from './grpc-telemetry';
import { DEFAULT_LIMITS, MAX_STREAMS, SERVER_OPTIONS } from './limits';
import { requireProtection, splitAddress } from './listen-address';
import { RefusalLog } from './log-failure';
import { addReflection } from './reflection';
import { addService, serviceNameOf } from './register-service';
import { type GrpcServer, runningServer } from './running-server';
import type { ServerState } from './served-method';
import type { ServedService } from './service';

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
  /** How many unary calls run and wait at once; what could not be answered in time is refused with RESOURCE_EXHAUSTED. */
  readonly admission?: Partial<AdmissionLimits>;
  /** How long a unary call from outside the fleet may take when it does not say. Default 30 s. */
  readonly defaultDeadlineMs?: number;
}

/** Starts a gRPC server with health and reflection. Handlers throw `AppError`s; callers see them with all their details. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { listen, tls, authTokensFile } = options;
  requireProtection(listen, { tls: tls !== undefined, tokens: authTokensFile !== undefined });
  const state: ServerState = {
    logger: options.logger,
    tokens: authTokensFile === undefined ? undefined : readTokens(authTokensFile),
    admission: admissionOf(options.admission),
    refusalLog: new RefusalLog(options.logger, () => performance.now()),
    maxStreams: MAX_STREAMS,
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

function admissionOf(limits: Partial<AdmissionLimits> = {}): Admission {
  const admission: Admission = new Admission({
    ...DEFAULT_LIMITS,
    ...limits,
    stopwatch: () => performance.now(),
    nextTurn: (run) =>
      void setImmediate(() => {
        run();
        observeAdmission(admission);
      }),
  });
  return admission;
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
