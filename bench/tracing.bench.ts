// What recording traces costs a slate: the same fleet, whose spans go to its own monitoring service, is asked for slates of which no trace,
// some or every trace is recorded, in short turns one after the other. Each caller says in `traceparent` what it wants, as a sampler does.
// Run after a build: node bench/tracing.bench.ts [turns] [slates a turn]
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, SERVICES, type ServiceDefinitions, serving } from '@attune/contracts';
import { openEventLog } from '@attune/event-log';
import { openObjectStore } from '@attune/object-store';
import { makeUserKeys } from '@attune/privacy';
import { cpuSeconds } from './cpu-seconds.ts';
import { SECRET, startServers } from './serving/bench-fleet.ts';
import { feedFeatureStore, promote, until } from './serving/feed-fleet.ts';
import { quantile } from './serving/h2load.ts';
import { userIdOf, writeModels } from './serving/synthetic-models.ts';

const [turns = 12, slates = 300] = process.argv.slice(2).map(Number);
const SHARES = [0, 0.05, 0.1, 1];
const ITEMS = 10_000;
const USERS = 200;
const COUNT = 20;
const OTLP_PORT = 17_307;
const WARM_UP = 2_000;
type Serving = Client<ServiceDefinitions['serving']>;

const requests = Array.from({ length: USERS }, (_, user) =>
  serving.RecommendRequest.fromPartial({ userId: userIdOf(user), count: COUNT, surface: 'home' }),
);

/** Asks for slates one after the other; evenly spread over them, a share of the traces is recorded. */
async function ask(recommender: Serving, count: number, share: number): Promise<number[]> {
  const latencies: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const isRecorded = Math.floor((n + 1) * share) > Math.floor(n * share);
    const traceParent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-0${isRecorded ? 1 : 0}`;
    const startedAt = performance.now();
    await recommender.recommend(requests[n % USERS]!, { traceParent });
    latencies.push(performance.now() - startedAt);
  }
  return latencies;
}

async function measure() {
  const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'));
  const namespace = `bench${process.pid}`;
  try {
    await using servers = await startServers(folder, namespace);
    const { OBJECT_STORE_URL, REDIS_URL } = servers.urls;
    await using store = openObjectStore(OBJECT_STORE_URL);
    const digests = await writeModels(store, { items: ITEMS, users: USERS, rank: 128 }, makeUserKeys(SECRET));
    const traced = (name: string) => ({
      OTEL_SERVICE_NAME: name,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${OTLP_PORT}/v1/traces`,
      OTEL_BSP_SCHEDULE_DELAY: '1000',
      OTEL_TRACES_SAMPLER_ARG: '0',
    });
    const receives = { ATTUNE_MONITORING_OTLP_PORT: String(OTLP_PORT) };
    const monitoring = await servers.start('monitoring', { ...traced('monitoring'), ...receives });
    const featureStore = await servers.start('feature-store', traced('feature-store'));
    const peers = { ATTUNE_FEATURE_STORE_ADDRESS: featureStore.address, ATTUNE_SERVING_BUDGET_MS: '60000' };
    const server = await servers.start('serving', { ...traced('serving'), ...peers });
    await feedFeatureStore(featureStore.address, { items: ITEMS, users: USERS });
    await using eventLog = await openEventLog({ redisUrl: REDIS_URL, topicPrefix: namespace, clientId: 'bench' });
    await promote(eventLog, digests);
    const { definition } = SERVICES.serving;
    await using recommender = createClient({ definition, address: server.address, caller: 'bench', hedging: false });
    await until(async () => (await recommender.getServingState({})).models.length === Object.keys(digests).length);
    await ask(recommender, WARM_UP, 0.5);
    const pids = { serving: server.pid, 'feature-store': featureStore.pid, monitoring: monitoring.pid };
    return await inTurns(recommender, pids);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function inTurns(recommender: Serving, pids: Readonly<Record<string, number>>) {
  const rows = SHARES.map((share) => ({ share, latencies: [] as number[], cpu: {} as Record<string, number> }));
  for (let turn = 0; turn < turns; turn += 1) {
    // whoever is first in a turn is another one each time
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows[(at + turn) % rows.length]!;
      const before = Object.entries(pids).map(([name, pid]) => [name, cpuSeconds(pid)] as const);
      row.latencies.push(...(await ask(recommender, slates, row.share)));
      // spans are sent a second later: what they cost belongs to this turn
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      for (const [name, seconds] of before) row.cpu[name] = (row.cpu[name] ?? 0) + cpuSeconds(pids[name]!) - seconds;
    }
  }
  return rows.map(({ share, latencies, cpu }) => {
    const sorted = latencies.sort((a, b) => a - b);
    const each = Object.entries(cpu).map(([name, seconds]) => [`${name} CPU ms`, (1_000 * seconds) / sorted.length]);
    return {
      recorded: share,
      'p50 ms': quantile(sorted, 0.5),
      'p90 ms': quantile(sorted, 0.9),
      'p99 ms': quantile(sorted, 0.99),
      ...Object.fromEntries(each),
    };
  });
}

const results = await measure();
const rounded = (value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(3)) : value);
console.table(
  results.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, rounded(value)]))),
);
const output = join(import.meta.dirname, 'results');
mkdirSync(output, { recursive: true });
writeFileSync(join(output, 'tracing.json'), `${JSON.stringify({ turns, slates, results }, null, 2)}\n`);
