// The whole Recommend through gRPC, with load from outside Node (h2load), beside the two graphs that are its least: an int8 scan of all
// items for 500 candidates and a folded ranking of these, run in this process. A feature-store and a serving of their own run as
// processes; each slate reads the user from Redis and features of its candidates from the feature-store, and writes its record.
// Run after a build: node bench/recommend.bench.ts [items, for instance 10000,100000,1000000]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, SERVICES, serving } from '@attune/contracts';
import { type EventLog, openEventLog } from '@attune/event-log';
import { openObjectStore } from '@attune/object-store';
import { makeUserKeys } from '@attune/privacy';
import { cpuOfThreads, cpuSeconds, residentGiB } from './cpu-seconds.ts';
import { SECRET, startServers } from './serving/bench-fleet.ts';
import { feedFeatureStore, promote, recordedSince, until } from './serving/feed-fleet.ts';
import { hasH2load, type LoadOutcome, quantile, runLoad } from './serving/h2load.ts';
import { type InProcessGraphs, measureGraphs } from './serving/in-process-graphs.ts';
import { userIdOf, writeModels } from './serving/synthetic-models.ts';

const sizes = (process.argv[2] ?? '10000,100000').split(',').map(Number);
const RANK = 128;
const USERS = 200;
const COUNT = 20;
const PATH = '/attune.serving.v1.ServingService/Recommend';
/** Items whose features the feature-store knows; the others it reads as unknown, at the same cost. */
const MOST_UPSERTED = 100_000;
const TURNS = 4;
const CALLS = { warmUp: 2_000, alone: 2_000, saturated: 1_500 };
/** Users asked for side by side; each has a process of the load of its own. */
const LANES = 4;
/** Patience for a machine that others use, too: what is measured is a slate that does without nothing. */
const PATIENCE_SECONDS = 60;
/** Calls in flight of each lane: eight together, which a server lets in at once however slow it is. More are refused on a busy machine. */
const IN_FLIGHT = 2;

if (!hasH2load) {
  console.log('SKIPPED: h2load is not on this machine (Debian: apt-get install nghttp2-client)');
  process.exit(0);
}

type Started = Awaited<ReturnType<Awaited<ReturnType<typeof startServers>>['start']>>;

async function isServing({ address }: Started, models: number): Promise<void> {
  await using client = createClient({ definition: SERVICES.serving.definition, address, caller: 'bench' });
  await until(async () => {
    const state = await client.getServingState({});
    if (state.refused.length > 0) throw new Error(JSON.stringify(state.refused));
    return state.models.length === models && state.pendingCount === 0;
  });
}

/** A slate that does without nothing: after a while, where the start of the processes made something late. */
async function isWhole({ address }: Started): Promise<void> {
  await using client = createClient({ definition: SERVICES.serving.definition, address, caller: 'bench' });
  await until(async () => {
    const { items, degraded } = await client.recommend(aRequest(1));
    if (degraded.length > 0) console.log(`degraded: ${JSON.stringify(degraded)}`);
    return items.length === COUNT && degraded.length === 0;
  });
}

const aRequest = (user: number) =>
  serving.RecommendRequest.fromPartial({ userId: userIdOf(user), count: COUNT, surface: 'home' });
const messageOf = (user: number) => serving.RecommendRequest.encode(aRequest(user)).finish();

async function measure(itemCount: number) {
  const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'));
  const namespace = `bench${process.pid}x${itemCount}`;
  try {
    await using servers = await startServers(folder, namespace);
    const { OBJECT_STORE_URL, REDIS_URL } = servers.urls;
    await using store = openObjectStore(OBJECT_STORE_URL);
    const digests = await writeModels(store, { items: itemCount, users: USERS, rank: RANK }, makeUserKeys(SECRET));
    const featureStore = await servers.start('feature-store');
    const clients = { ATTUNE_FEATURE_STORE_ADDRESS: featureStore.address };
    const settings = { ATTUNE_SERVING_SEEN_FRESH_MS: '0', ATTUNE_SERVING_BUDGET_MS: `${PATIENCE_SECONDS}000` };
    const recommender = await servers.start('serving', { ...clients, ...settings });
    await feedFeatureStore(featureStore.address, { items: Math.min(itemCount, MOST_UPSERTED), users: USERS });
    await using eventLog = await openEventLog({ redisUrl: REDIS_URL, topicPrefix: namespace, clientId: 'bench' });
    await promote(eventLog, digests);
    await isServing(recommender, Object.keys(digests).length);
    await using graphs = await measureGraphs({ items: itemCount, rank: RANK });
    const running = { folder, recommender, featureStore, eventLog };
    await isWhole(recommender);
    await warmUp(running);
    return { items: itemCount, ...(await alone(running, graphs)), ...(await saturated(running)) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Running {
  readonly folder: string;
  readonly recommender: Started;
  readonly featureStore: Started;
  readonly eventLog: EventLog;
}

const loadOn = ({ folder, recommender: { address } }: Running) => ({
  ...{ address, path: PATH, folder, connections: 1, patienceSeconds: PATIENCE_SECONDS },
});
const lanes = Array.from({ length: LANES }, (_, user) => messageOf(user));

// The compiler of the engine takes some thousand slates to know what they are like.
async function warmUp(running: Running): Promise<void> {
  await runLoad({ ...loadOn(running), messages: lanes, calls: CALLS.warmUp / LANES, inFlight: IN_FLIGHT });
}

/** One call in flight, and the graphs by turns, so that what else the machine does meets both. */
async function alone(running: Running, graphs: InProcessGraphs) {
  const turns: { readonly graph: number; readonly load: LoadOutcome }[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const graph = await graphs.median(200);
    const load = { messages: [messageOf(turn)], calls: CALLS.alone / TURNS, inFlight: 1 };
    turns.push({ graph, load: await runLoad({ ...loadOn(running), ...load }) });
  }
  const latencies = turns.flatMap(({ load }) => load.latencies).sort((a, b) => a - b);
  const graph = [...turns].map((turn) => turn.graph).sort((a, b) => a - b)[1]!;
  const [p50, p99] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
  return {
    'graphs p50 ms': graph,
    'Recommend p50 ms': p50,
    'p50 ratio': p50 / graph,
    'Recommend p99 ms': p99,
    'p99 ratio': p99 / graph,
  };
}

/** As many calls as are answered, and what each costs by the clocks of the processes, which others do not make slower. */
async function saturated(running: Running) {
  const { recommender, featureStore, eventLog } = running;
  await isWhole(recommender);
  const startedAt = new Date();
  const before = cpuNow(running);
  const load = await runLoad({ ...loadOn(running), messages: lanes, calls: CALLS.saturated, inFlight: IN_FLIGHT });
  const after = cpuNow(running);
  const sent = LANES * CALLS.saturated;
  const { slates, degraded, reasons } = await recordedSince(eventLog, startedAt, sent);
  if (degraded > 0) console.log(`degraded while saturated: ${JSON.stringify(reasons)}`);
  const used = (of: (cpu: typeof after) => number) => of(after) - of(before);
  const own = used(({ threads }) => threads.main + threads.others);
  return {
    'saturated /s': slates / load.seconds,
    'per CPU s of serving': slates / own,
    'per CPU s of both': slates / (own + used((cpu) => cpu.featureStore)),
    'event loop ms': (1_000 * used(({ threads }) => threads.main)) / slates,
    'its other threads ms': (1_000 * used(({ threads }) => threads.others)) / slates,
    'feature-store ms': (1_000 * used((cpu) => cpu.featureStore)) / slates,
    'not answered': sent - slates,
    degraded,
    'serving GiB': residentGiB(recommender.pid),
    'feature-store GiB': residentGiB(featureStore.pid),
  };
}

const cpuNow = ({ recommender, featureStore }: Running) => ({
  threads: cpuOfThreads(recommender.pid),
  featureStore: cpuSeconds(featureStore.pid),
});

const results: Awaited<ReturnType<typeof measure>>[] = [];
for (const size of sizes) results.push(await measure(size));
const rounded = (value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);
// A line per figure and a column per size: there are more figures than a terminal is wide.
const names = Object.keys(results[0]!) as (keyof (typeof results)[number])[];
const lines = names
  .slice(1)
  .map((name) => [name, Object.fromEntries(results.map((row) => [row.items, rounded(row[name])]))]);
console.table(Object.fromEntries(lines));
const output = join(import.meta.dirname, 'results');
mkdirSync(output, { recursive: true });
writeFileSync(join(output, 'recommend.json'), `${JSON.stringify({ results }, null, 2)}\n`);
