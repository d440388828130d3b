// A process for overload.bench.ts: a server whose handler computes, waits as for a store, and computes again.
import { serviceOf, startGrpcServer } from '@attune/grpc';
import { silent, WORK_RULES, WorkService } from './work-service.ts';

function compute(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

async function main(computeMs: number, waitMs: number): Promise<void> {
  let begun = 0;
  const work = async (message: Buffer) => {
    begun += 1;
    compute(computeMs / 2);
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    compute(computeMs / 2);
    return message;
  };
  const service = serviceOf({ definition: WorkService, handlers: { work }, rules: WORK_RULES });
  const server = await startGrpcServer({ listen: '127.0.0.1:0', services: [service], logger: silent as never });
  const report = () => process.send?.({ address: server.address, begun, inFlight: server.inFlight });
  process.on('message', report);
  process.on('disconnect', () => process.exit(0));
  report();
}

if (process.send !== undefined) void main(Number(process.env.COMPUTE_MS), Number(process.env.WAIT_MS));
