// A server that gets four times the calls that it can answer: what it answers, how soon it refuses the rest, what its health checks take
// meanwhile and how soon it is itself again. The load comes from outside Node (h2load); beside it some calls of our own client are sent,
// whose statuses and times are known one by one.
// Run after a build: node bench/overload.bench.ts [seconds]
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@attune/contracts';
import { hasH2load, quantile } from './serving/h2load.ts';
import { WORK_RULES, WorkService } from './serving/work-service.ts';

if (!hasH2load) {
  console.log('SKIPPED: h2load is not on this machine (Debian: apt-get install nghttp2-client)');
  process.exit(0);
}

const seconds = Number(process.argv[2] ?? 6);
const DEADLINE_MS = 200;
const OVERLOAD = 4;
const PROBES_PER_SECOND = 50;
const HANDLERS = { 'computes 2 ms': [2, 0], 'computes 2 ms, waits 10 ms': [2, 10] } as const;
const grpc = createRequire(createRequire(import.meta.url).resolve('@attune/grpc/package.json'))('@grpc/grpc-js');

interface Report {
  readonly address: string;
  readonly begun: number;
  readonly inFlight: number;
}

async function reportOf(server: ChildProcess): Promise<Report> {
  server.send('report');
  const [report] = (await once(server, 'message')) as [Report];
  return report;
}

/** Runs h2load for so long: as fast as answers come, or at so many calls per second in all. */
async function load(address: string, folder: string, perSecond?: number): Promise<void> {
  const connections = perSecond === undefined ? 2 : 8;
  const pace = perSecond === undefined ? ['-m', '4'] : ['-m', '500', `--rps=${Math.ceil(perSecond / connections)}`];
  const headers = ['content-type: application/grpc', 'te: trailers', `grpc-timeout: ${DEADLINE_MS}m`];
  const child = spawn(
    'h2load',
    [
      ...['-D', String(seconds), '-c', String(connections), ...pace, '-d', join(folder, 'body.bin')],
      ...headers.flatMap((header) => ['-H', header]),
      `http://${address}${WorkService.work.path}`,
    ],
    { stdio: 'ignore' },
  );
  await once(child, 'exit');
}

interface Probe {
  readonly outcome: string;
  readonly ms: number;
  readonly atMs: number;
}

/** Sends some calls a second until the signal aborts. */
async function probe(send: () => Promise<unknown>, signal: AbortSignal): Promise<Probe[]> {
  const probes: Promise<Probe>[] = [];
  while (!signal.aborted) {
    const startedAt = performance.now();
    const ended = (outcome: string) => ({ outcome, ms: performance.now() - startedAt, atMs: performance.now() });
    probes.push(
      send().then(
        () => ended('answered'),
        (error: { readonly code: string }) => ended(error.code),
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 1_000 / PROBES_PER_SECOND));
  }
  return Promise.all(probes);
}

const timesOf = (probes: readonly Probe[], outcome: string) =>
  probes
    .filter((one) => one.outcome === outcome)
    .map(({ ms }) => ms)
    .sort((a, b) => a - b);
const shown = (times: readonly number[], share: number) =>
  times.length === 0 ? Number.NaN : Number(quantile(times, share).toFixed(1));

async function measure([computeMs, waitMs]: readonly [number, number], folder: string) {
  const server = fork(join(import.meta.dirname, 'serving', 'busy-server.ts'), {
    env: { ...process.env, COMPUTE_MS: String(computeMs), WAIT_MS: String(waitMs) },
  });
  const [{ address }] = (await once(server, 'message')) as [Report];
  await using client = createClient({ definition: WorkService, address, caller: 'bench', rules: WORK_RULES });
  const health = new grpc.Client(address, grpc.credentials.createInsecure());
  const asBytes = (message: Buffer) => message;
  const check = () =>
    new Promise((resolve, reject) =>
      health.makeUnaryRequest(
        '/grpc.health.v1.Health/Check',
        asBytes,
        asBytes,
        Buffer.alloc(0),
        new grpc.Metadata(),
        { deadline: Date.now() + 5_000 },
        (error: unknown, answer: unknown) => (error === null ? resolve(answer) : reject(error)),
      ),
    );
  const work = () => client.work(Buffer.from('x'), { deadlineMs: DEADLINE_MS, hedge: false });
  const quiet = new AbortController();
  setTimeout(() => quiet.abort(), 2_000);
  const idle = timesOf(await probe(check, quiet.signal), 'answered');
  await load(address, folder);
  const warm = await reportOf(server);
  await load(address, folder);
  const alone = await reportOf(server);
  const capacity = (alone.begun - warm.begun) / seconds;

  const during = new AbortController();
  const after = new AbortController();
  const calls = probe(work, during.signal);
  const checks = probe(check, during.signal);
  await load(address, folder, capacity * OVERLOAD);
  const stormed = await reportOf(server);
  during.abort();
  const endedAtMs = performance.now();
  setTimeout(() => after.abort(), 3_000);
  const afterwards = await probe(work, after.signal);
  health.close();
  server.kill();
  const [stormProbes, healthProbes] = [await calls, await checks];
  const refused = timesOf(stormProbes, 'exhausted.overload');
  const answered = timesOf(stormProbes, 'answered');
  const good = afterwards.filter(({ outcome, ms }) => outcome === 'answered' && ms < computeMs + waitMs + 20);
  return {
    'capacity/s': Math.round(capacity),
    'begun/s at 4 x': Math.round((stormed.begun - alone.begun) / seconds),
    'probes answered': `${answered.length} of ${stormProbes.length}`,
    'late or lost': stormProbes.length - answered.length - refused.length,
    'answered p99 ms': shown(answered, 0.99),
    'refused p50 ms': shown(refused, 0.5),
    'refused p99 ms': shown(refused, 0.99),
    // What the machine itself adds just now: the same check while the server has nothing to do.
    'idle health p50 ms': shown(idle, 0.5),
    'idle health p99 ms': shown(idle, 0.99),
    'health p50 ms': shown(timesOf(healthProbes, 'answered'), 0.5),
    'health p99 ms': shown(timesOf(healthProbes, 'answered'), 0.99),
    'as before after ms': good.length === 0 ? Number.NaN : Math.round(good[0]!.atMs - endedAtMs),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'attune-overload-'));
writeFileSync(join(folder, 'body.bin'), Buffer.from([0, 0, 0, 0, 1, 120]));
const results: Record<string, Awaited<ReturnType<typeof measure>>> = {};
for (const [name, handler] of Object.entries(HANDLERS)) results[name] = await measure(handler, folder);
rmSync(folder, { recursive: true });
console.table(results);
const output = join(import.meta.dirname, 'results');
mkdirSync(output, { recursive: true });
const machine = spawnSync('nproc').stdout.toString().trim();
writeFileSync(
  join(output, 'overload.json'),
  `${JSON.stringify({ cores: Number(machine), seconds, results }, null, 2)}\n`,
);
