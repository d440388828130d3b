// A process for overload.test.ts: a server whose handler computes for as long as TEST_WORK_MS says.
import { serviceOf, startGrpcServer } from '../src';
import { ECHO_RULES, type Echo, EchoService, recordingLogger } from './echo-service';

/** What the process tells its parent, when it asks. */
export interface BusyReport {
  readonly address: string;
  /** Calls whose handlers ran. */
  readonly begun: number;
  readonly inFlight: number;
  readonly linesLogged: number;
}

async function main(): Promise<void> {
  const workMs = Number(process.env.TEST_WORK_MS);
  const logger = recordingLogger();
  let begun = 0;
  const say = async (request: Echo) => {
    begun += 1;
    const endMs = performance.now() + workMs;
    while (performance.now() < endMs);
    return request;
  };
  const service = serviceOf({ definition: EchoService, handlers: { say }, rules: ECHO_RULES });
  const server = await startGrpcServer({ listen: '127.0.0.1:0', services: [service], logger });
  const report = () => {
    const { address, inFlight } = server;
    process.send?.({ address, begun, inFlight, linesLogged: logger.records.length } satisfies BusyReport);
  };
  process.on('message', report);
  process.on('disconnect', () => process.exit(0));
  report();
}

void main();
