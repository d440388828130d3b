// What libs/grpc and the client of @attune/contracts add to one small unary call, beside grpc-js alone: the servers under load from outside
// Node (h2load), the clients against the same bare server. Both sides take turns, so a busy machine slows down both.
// Run after a build: node bench/grpc-overhead.bench.ts [calls per turn] [turns]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@attune/contracts';
import { median } from './cpp-yardstick.ts';
import { hasH2load, quantile, runLoad } from './serving/h2load.ts';
import { WORK_RULES, WorkService } from './serving/work-service.ts';

const calls = Number(process.argv[2] ?? 3_000);
const turns = Number(process.argv[3] ?? 7);
const grpc = createRequire(createRequire(import.meta.url).resolve('@attune/grpc/package.json'))('@grpc/grpc-js');
const message = Buffer.alloc(100, 7);
const path = WorkService.work.path;

type Side = 'bare' | 'ours';
type Turn = (side: Side) => Promise<number>;

/** Medians of both sides, and the ratio of ours to grpc-js alone, turn by turn. */
async function compare(turn: Turn) {
  const sides: Record<Side, number[]> = { bare: [], ours: [] };
  for (let at = 0; at <= turns; at++) {
    for (const side of ['bare', 'ours'] as const) {
      const value = await turn(side);
      // the first turn warms up
      if (at > 0) sides[side].push(value);
    }
  }
  const ratios = sides.ours.map((value, at) => value / sides.bare[at]!);
  const rounded = (value: number) => Number(value.toFixed(3));
  return { bare: rounded(median(sides.bare)), ours: rounded(median(sides.ours)), ratio: rounded(median(ratios)) };
}

const child = fork(join(import.meta.dirname, 'serving', 'echo-server.ts'));
const [addresses] = (await once(child, 'message')) as [Record<Side, string>];
const folder = mkdtempSync(join(tmpdir(), 'attune-overhead-'));

const bareChannel = new grpc.Client(addresses.bare, grpc.credentials.createInsecure());
const sameBytes = (bytes: Buffer) => bytes;
const bareCall = () =>
  new Promise((resolve, reject) =>
    bareChannel.makeUnaryRequest(
      ...[path, sameBytes, sameBytes, message, new grpc.Metadata(), { deadline: Date.now() + 10_000 }],
      (error: unknown, answer: Buffer) => (error === null ? resolve(answer) : reject(error)),
    ),
  );
const client = createClient({ definition: WorkService, address: addresses.bare, caller: 'bench', rules: WORK_RULES });
const ourCall = () => client.work(message, { deadlineMs: 10_000 });

async function microsPerCall(call: () => Promise<unknown>, lanes: number): Promise<number> {
  const startedAt = performance.now();
  const lane = async () => {
    for (let at = 0; at < calls / lanes; at++) await call();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return ((performance.now() - startedAt) * 1_000) / calls;
}

const serve = (inFlight: number, value: (outcome: Awaited<ReturnType<typeof runLoad>>) => number): Turn => {
  return async (side) => {
    const load = { address: addresses[side], path, messages: [message], folder, calls, connections: 1, inFlight };
    return value(await runLoad(load));
  };
};

const callOf = { bare: bareCall, ours: ourCall };
const results: Record<string, Awaited<ReturnType<typeof compare>>> = {};
if (hasH2load) {
  results['server, one in flight: ms p50'] = await compare(serve(1, ({ latencies }) => quantile(latencies, 0.5)));
  results['server, 32 in flight: us per call'] = await compare(serve(32, ({ seconds }) => (seconds * 1e6) / calls));
} else console.log('SKIPPED the servers: h2load is not on this machine (Debian: apt-get install nghttp2-client)');
results['client, one in flight: us per call'] = await compare((side) => microsPerCall(callOf[side], 1));
results['client, 32 in flight: us per call'] = await compare((side) => microsPerCall(callOf[side], 32));
bareChannel.close();
await client[Symbol.asyncDispose]();
child.disconnect();
rmSync(folder, { recursive: true });
console.table(results);
const output = join(import.meta.dirname, 'results');
mkdirSync(output, { recursive: true });
writeFileSync(join(output, 'grpc-overhead.json'), `${JSON.stringify({ calls, turns, results }, null, 2)}\n`);
