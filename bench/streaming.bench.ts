// From RecordInteractions to visible features: which rates the feature-store sustains, how soon an acknowledged event is visible,
// and how much CPU each process spends. Starts PostgreSQL, Redis and a feature-store of its own, durable as in the local stack.
// Run after a build: node bench/streaming.bench.ts [seconds per rate] [rates, for instance 5000,10000,20000]
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { common, createClient, featureStore, SERVICES } from '@attune/contracts';
import { cacheFolder, startGuardian, startPostgres, startRedis } from '@attune/devstack';
import { cpuSeconds } from './cpu-seconds.ts';

const seconds = Number(process.argv[2] ?? 10);
const rates = (process.argv[3] ?? '1000,2500,5000,10000,15000,20000,30000').split(',').map(Number);
const USERS = 20_000;
const ITEMS = 5_000;
const CALLS_PER_SECOND = 20;
const PROBES_PER_SECOND = 5;
// Often enough to tell a tenth of a second from a half, and seldom enough not to be the load itself.
const POLL_MS = 15;
const TYPES = ['impression', 'impression', 'view', 'view', 'click', 'like', 'comment', 'share'];
const TOPICS = Array.from({ length: 40 }, (_, n) => `topic-${n}`);
const root = join(import.meta.dirname, '..');

type Client = ReturnType<typeof clientOf>;

function clientOf(address: string) {
  return createClient({ definition: SERVICES['feature-store'].definition, address, caller: 'bench' });
}

async function startStore(folder: string, urls: Record<string, string>) {
  const env = {
    ...process.env,
    ...urls,
    OBJECT_STORE_URL: pathToFileURL(join(folder, 'objects')).href,
    ATTUNE_LISTEN: '127.0.0.1:0',
    ATTUNE_LOG_LEVEL: 'warn',
    // As the local stack runs it.
    NODE_OPTIONS: `--max-semi-space-size=64 --require ${join(root, 'libs', 'telemetry', 'dist', 'register.js')}`,
  };
  const entry = join(root, 'services', 'feature-store', 'dist', 'main.js');
  const child = spawn(process.execPath, [entry], { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const address = await new Promise<string>((resolve, reject) => {
    child.once('message', (message: { address: string }) => resolve(message.address));
    child.once('exit', (code) => reject(new Error(`the feature-store ended with ${code}`)));
  });
  return { child, address };
}

const any = <T>(all: readonly T[]) => all[Math.floor(Math.random() * all.length)]!;
// Few are met often, as in life.
const skewed = (count: number) => Math.floor(Math.random() ** 3 * count);

let eventCount = 0;
function anEvent(userId = `user-${skewed(USERS)}`): common.Interaction {
  eventCount++;
  return {
    ...{ eventId: `bench-${process.pid}-${eventCount}`, userId, itemId: `item-${skewed(ITEMS)}`, type: any(TYPES) },
    ...{ occurredAt: new Date(), value: undefined, decisionId: '', surface: 'home', position: undefined, context: {} },
  };
}

async function loadItems(client: Client): Promise<void> {
  for (let from = 0; from < ITEMS; from += 1_000) {
    const items = Array.from({ length: 1_000 }, (_, n) => ({
      ...common.Item.create(),
      ...{ itemId: `item-${from + n}`, title: 'A post', text: 'Something to read.', category: any(TOPICS) },
      ...{ tags: [any(TOPICS), any(TOPICS)], authorId: `user-${n}` },
    }));
    await client.upsertItems({ items, requestId: '' });
  }
}

/** How long after its acknowledgement an event of a new user is in the user's features, in milliseconds. */
async function probe(client: Client, userId: string): Promise<number> {
  const event = { ...anEvent(userId), type: 'like' };
  await client.recordInteractions({ interactions: [event], producer: 'probe' });
  const acknowledgedAt = performance.now();
  for (;;) {
    const { rows } = await client.getFeatures({
      ...featureStore.GetFeaturesRequest.create(),
      ...{ entityType: common.EntityType.USER, entityIds: [userId], featureNames: ['user_total_interactions'] },
    });
    const value = rows[0]!.values[0]!.value;
    if (value?.$case === 'number' && value.value >= 1) return performance.now() - acknowledgedAt;
    await pause(POLL_MS);
  }
}

interface Load {
  readonly rate: number;
  readonly seconds: number;
}

/** Sends at a rate for a while, whatever the answers take; returns what was accepted and how soon probes were visible. */
async function load(client: Client, { rate, seconds: duration }: Load) {
  const perCall = Math.max(1, Math.round(rate / CALLS_PER_SECOND));
  const startedAt = performance.now();
  const waiting: Promise<void>[] = [];
  const probes: Promise<number>[] = [];
  let accepted = 0;
  let refused = 0;
  const calls = duration * CALLS_PER_SECOND;
  for (let call = 0; call < calls; call++) {
    const behindMs = startedAt + (call * 1_000) / CALLS_PER_SECOND - performance.now();
    if (behindMs > 0) await pause(behindMs);
    const interactions = Array.from({ length: perCall }, () => anEvent());
    const answered = client.recordInteractions({ interactions, producer: 'bench' }).then(
      ({ acceptedCount }) => void (accepted += acceptedCount),
      () => void (refused += perCall),
    );
    waiting.push(answered);
    if (call % (CALLS_PER_SECOND / PROBES_PER_SECOND) === 0) probes.push(probe(client, `probe-${rate}-${call}`));
  }
  await Promise.all(waiting);
  const sentMs = performance.now() - startedAt;
  const latencies = (await Promise.all(probes)).sort((a, b) => a - b);
  return { accepted, refused, sentMs, latencies };
}

async function drained(client: Client): Promise<number> {
  const startedAt = performance.now();
  while ((await client.getStoreStats({})).pendingCount > 0) await pause(20);
  return performance.now() - startedAt;
}

const quantile = (sorted: readonly number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;

async function measure(client: Client, rate: number, processes: Readonly<Record<string, number>>) {
  const before = Object.values(processes).map(cpuSeconds);
  const { accepted, refused, sentMs, latencies } = await load(client, { rate, seconds });
  const drainMs = await drained(client);
  const spent = Object.values(processes).map((pid, index) => cpuSeconds(pid) - before[index]!);
  const cpu = spent.reduce((sum, one) => sum + one, 0);
  const per100k = (value: number) => Number(((value * 100_000) / accepted).toFixed(2));
  return {
    'events/s asked': rate,
    accepted: Math.round((accepted * 1_000) / sentMs),
    refused,
    'visible p50 ms': Math.round(quantile(latencies, 0.5)),
    'p99 ms': Math.round(quantile(latencies, 0.99)),
    'drained after ms': Math.round(drainMs),
    ...Object.fromEntries(Object.keys(processes).map((name, index) => [`${name} CPU s/100k`, per100k(spent[index]!)])),
    'events/s per core': Math.round(accepted / cpu),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'));
await using opened = new AsyncDisposableStack();
opened.defer(() => rmSync(folder, { recursive: true, force: true }));
const guardian = opened.use(startGuardian());
const postgres = opened.use(await startPostgres({ guardian, folder: join(folder, 'postgres'), durable: true }));
const cache = cacheFolder(root, process.env);
const redis = opened.use(
  await startRedis({ guardian, folder: join(folder, 'redis'), cacheFolder: cache, durable: true }),
);
const store: { child: ChildProcess; address: string } = await startStore(folder, {
  DATABASE_URL: postgres.url,
  REDIS_URL: redis.url,
});
opened.defer(async () => {
  const ended = new Promise((resolve) => store.child.once('exit', resolve));
  store.child.kill('SIGTERM');
  await ended;
});
const client = opened.use(clientOf(store.address));
await loadItems(client);
await load(client, { rate: 5_000, seconds: 5 });
await drained(client);
const processes = {
  'feature-store': store.child.pid!,
  postgres: postgres.process.identity!.pid,
  redis: redis.process.identity!.pid,
};
const rows = [];
for (const rate of rates) {
  const row = await measure(client, rate, processes);
  rows.push(row);
  console.table([row]);
}
console.table(rows);
const output = join(import.meta.dirname, 'results');
mkdirSync(output, { recursive: true });
writeFileSync(join(output, 'streaming.json'), `${JSON.stringify({ cores: cpus().length, seconds, rows }, null, 2)}\n`);
