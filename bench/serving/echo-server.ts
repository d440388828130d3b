// A process for grpc-overhead.bench.ts: an echo by grpc-js alone and the same by libs/grpc, side by side.
import { createRequire } from 'node:module';
import { serviceOf, startGrpcServer } from '@attune/grpc';
import { silent, WORK_RULES, WorkService } from './work-service.ts';

const grpc = createRequire(createRequire(import.meta.url).resolve('@attune/grpc/package.json'))('@grpc/grpc-js');

async function main(): Promise<void> {
  const bare = new grpc.Server();
  bare.addService(WorkService, {
    work: (call: { request: Buffer }, callback: (error: null, answer: Buffer) => void) => callback(null, call.request),
  });
  const port = await new Promise<number>((resolve, reject) =>
    bare.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error: Error | null, bound: number) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  const service = serviceOf({
    definition: WorkService,
    handlers: { work: async (message: Buffer) => message },
    rules: WORK_RULES,
  });
  const ours = await startGrpcServer({ listen: '127.0.0.1:0', services: [service], logger: silent as never });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ bare: `127.0.0.1:${port}`, ours: ours.address });
}

if (process.send !== undefined) void main();
