import type { Server } from '@grpc/grpc-js';
import type { HealthImplementation } from 'grpc-health-check';
import type { ServerState } from './served-method';

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

const FLUSH_MS = 250;

/** The parts of a server that has started. */
export interface Running {
  readonly server: Server;
  readonly state: ServerState;
  readonly health: HealthImplementation;
  readonly names: readonly string[];
  readonly address: string;
}

/** What the rest of the process can do with a server that has started. */
export function runningServer({ server, state, health, names, address }: Running): GrpcServer {
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
