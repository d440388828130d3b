// What metrics cost a small unary call of libs/grpc: three servers of their own, one without metrics, one whose metrics are read every
// second, and one that also records a span for each call; by turns under load from outside Node (h2load).
// Run after a build: node bench/telemetry-overhead.bench.ts [calls per turn] [turns]
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './cpp-yardstick.ts';
import { hasH2load, quantile, runLoad } from './serving/h2load.ts';
import { WorkService } from './serving/work-service.ts';

const calls = Number(process.argv[2] ?? 3_000);
const turns = Number(process.argv[3] ?? 9);
const message = Buffer.alloc(100, 7);
const path = WorkService.work.path;
const folder = mkdtempSync(join(tmpdir(), 'attune-telemetry-'));
const REGISTER = join(import.meta.dirname, '..', 'libs', 'telemetry', 'dist', 'register.js');

const SIDES = ['without metrics', 'metrics read every second', 'metrics and spans'] as const;
type Side = (typeof SIDES)[number];

interface Server {
  readonly child: ChildProcess;
  readonly address: string;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

async function start(env: Readonly<Record<string, string>>): Promise<Server> {
  const child = fork(join(import.meta.dirname, 'serving', 'echo-server.ts'), {
    execArgv: ['--require', REGISTER],
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  const [addresses] = (await once(child, 'message')) as [{ ours: string }];
  return { child, address: addresses.ours };
}

if (!hasH2load) {
  console.log('SKIPPED: h2load is not on this machine (Debian: apt-get install nghttp2-client)');
  process.exit();
}

const ports = [await freePort(), await freePort()];
const servers: Record<Side, Server> = {
  'without metrics': await start({}),
  'metrics read every second': await start({ ATTUNE_METRICS_PORT: String(ports[0]) }),
  'metrics and spans': await start({
    ATTUNE_METRICS_PORT: String(ports[1]),
    // a collector that is away: spans are made, queued and dropped
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
  }),
};
const accept = 'application/openmetrics-text; version=1.0.0';
const scraping = setInterval(() => {
  for (const port of ports)
    void fetch(`http://127.0.0.1:${port}/metrics`, { headers: { accept } }).then((answer) => answer.text());
}, 1_000);

const LOADS = {
  'one in flight: ms p50': { inFlight: 1, value: (ms: readonly number[]) => quantile(ms, 0.5) },
  'one in flight: ms p99': { inFlight: 1, value: (ms: readonly number[]) => quantile(ms, 0.99) },
  '32 in flight: us per call': {
    inFlight: 32,
    value: (_: readonly number[], seconds: number) => (seconds * 1e6) / calls,
  },
} as const;

const results: Record<string, Record<string, number>> = {};
for (const [name, { inFlight, value }] of Object.entries(LOADS)) {
  const seen: Record<Side, number[]> = {
    'without metrics': [],
    'metrics read every second': [],
    'metrics and spans': [],
  };
  for (let at = 0; at <= turns; at++) {
    for (const side of SIDES) {
      const load = {
        address: servers[side].address,
        path,
        messages: [message],
        folder,
        calls,
        connections: 1,
        inFlight,
      };
      const { latencies, seconds } = await runLoad(load);
      // the first turn warms up
      if (at > 0) seen[side].push(value(latencies, seconds));
    }
  }
  const ratio = (side: Side) => median(seen[side].map((each, at) => each / seen['without metrics'][at]!));
  results[name] = Object.fromEntries([
    ...SIDES.map((side) => [side, Number(median(seen[side]).toFixed(3))]),
    ['metrics / without', Number(ratio('metrics read every second').toFixed(3))],
    ['spans too / without', Number(ratio('metrics and spans').toFixed(3))],
  ]);
}
clearInterval(scraping);
for (const { child } of Object.values(servers)) child.disconnect();
rmSync(folder, { recursive: true });
console.table(results);
const output = join(import.meta.dirname, 'results');
mkdirSync(output, { recursive: true });
writeFileSync(join(output, 'telemetry-overhead.json'), `${JSON.stringify({ calls, turns, results }, null, 2)}\n`);
