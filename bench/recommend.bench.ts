// The whole Recommend through gRPC, with load from outside Node (h2load), beside the two graphs that are its least: an int8 scan of all
// items for 500 candidates and a folded ranking of these, run in this process. A feature-store and a serving of their own run as
// processes; each slate reads the user from Redis and features of its candidates from the feature-store, and writes its record.
// Run after a build: node bench/recommend.bench.ts [items, for instance 10000,100000,1000000]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { common, createClient, SERVICES, serving, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { type EventLog, openEventLog } from '@attune/event-log';
import { openObjectStore } from '@attune/object-store';
import { makeUserKeys } from '@attune/privacy';
import { cpuSeconds } from './cpu-seconds.ts';
import { SECRET, startServers } from './serving/bench-fleet.ts';
import { hasH2load, type LoadOutcome, quantile, runLoad } from './serving/h2load.ts';
import { measureGraphs } from './serving/in-process-graphs.ts';
import { itemIdOf, userIdOf, writeModels } from './serving/synthetic-models.ts';

const sizes = (process.argv[2] ?? '10000,100000').split(',').map(Number);
const RANK = 128;
const USERS = 200;
const COUNT = 20;
const PATH = '/attune.serving.v1.ServingService/Recommend';
/** Items whose features the feature-store knows; the others it reads as unknown, at the same cost. */
const MOST_UPSERTED = 100_000;
const SETTLE_MS = 60_000;
const CALLS = { alone: 2_000, saturated: 1_000 };
/** Users asked for side by side; each has a process of the load of its own. */
const LANES = 4;

if (!hasH2load) {
  console.log('SKIPPED: h2load is not on this machine (Debian: apt-get install nghttp2-client)');
  process.exit(0);
}

type Started = Awaited<ReturnType<Awaited<ReturnType<typeof startServers>>['start']>>;

async function loadItems(address: string, count: number): Promise<void> {
  await using client = createClient({
    ...{ definition: SERVICES['feature-store'].definition, address, caller: 'bench', defaultDeadlineMs: 60_000 },
  });
  const publishedAt = new Date();
  for (let from = 0; from < count; from += 1_000) {
    const items = Array.from({ length: Math.min(1_000, count - from) }, (_, n) => ({
      ...common.Item.create(),
      ...{ itemId: itemIdOf(from + n), title: 'A post', text: 'Something to read.', publishedAt },
      ...{ category: `topic-${(from + n) % 40}`, tags: [`topic-${n % 40}`], authorId: `author-${n}` },
    }));
    await client.upsertItems({ items, requestId: '' });
  }
  await settled(client);
}

async function loadInteractions(address: string, itemCount: number): Promise<void> {
  await using client = createClient({
    ...{ definition: SERVICES['feature-store'].definition, address, caller: 'bench', defaultDeadlineMs: 60_000 },
  });
  const occurredAt = new Date();
  for (let user = 0; user < USERS; user++) {
    const interactions = Array.from({ length: 120 }, (_, n) => ({
      ...common.Interaction.create(),
      ...{
        eventId: `${user}-${n}`,
        userId: userIdOf(user),
        itemId: itemIdOf((user * 31 + n * 7) % itemCount),
        occurredAt,
      },
      type: n % 6 === 0 ? 'like' : 'view',
    }));
    await client.recordInteractions({ interactions, producer: 'import:bench' });
  }
  await settled(client);
}

interface Stats {
  getStoreStats(request: object): Promise<{ readonly pendingCount: number }>;
}

async function settled(client: Stats): Promise<void> {
  await until(async () => (await client.getStoreStats({})).pendingCount === 0);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + SETTLE_MS;
  while (!(await holds())) {
    if (performance.now() > limit) throw new Error('the fleet did not settle');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function promote(eventLog: EventLog, digests: Readonly<Record<string, string>>): Promise<void> {
  const records = Object.entries(digests).map(([name, digest]) => {
    const change = {
      eventId: name,
      model: { name, version: '1', digest },
      kind: name,
      toStage: 'production',
      sequence: 1,
    };
    return { key: name, value: TOPIC_CODECS.models.encode(TOPIC_CODECS.models.fromPartial(change)).finish() };
  });
  await eventLog.append(TOPICS.models.name, records);
}

async function isServing({ address }: Started, models: number): Promise<void> {
  await using client = createClient({ definition: SERVICES.serving.definition, address, caller: 'bench' });
  await until(async () => {
    const state = await client.getServingState({});
    if (state.refused.length > 0) throw new Error(JSON.stringify(state.refused));
    return state.models.length === models && state.pendingCount === 0;
  });
  const slate = await client.recommend(aRequest(1));
  if (slate.items.length < COUNT || slate.degraded.length > 0) throw new Error(JSON.stringify(slate, undefined, 2));
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
    const recommender = await servers.start('serving', { ...clients, ATTUNE_SERVING_SEEN_FRESH_MS: '0' });
    await loadItems(featureStore.address, Math.min(itemCount, MOST_UPSERTED));
    await loadInteractions(featureStore.address, itemCount);
    await using eventLog = await openEventLog({ redisUrl: REDIS_URL, topicPrefix: namespace, clientId: 'bench' });
    await promote(eventLog, digests);
    await isServing(recommender, Object.keys(digests).length);
    return await compare({ itemCount, folder, recommender, featureStore });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Running {
  readonly itemCount: number;
  readonly folder: string;
  readonly recommender: Started;
  readonly featureStore: Started;
}

/** Both sides by turns, so that what else the machine does meets both. */
async function compare({ itemCount, folder, recommender, featureStore }: Running) {
  const graphs = await measureGraphs({ items: itemCount, rank: RANK });
  const load = { address: recommender.address, path: PATH, folder, connections: 1 };
  await runLoad({ ...load, messages: [messageOf(0)], calls: 500, inFlight: 1 });
  const turns: { readonly graph: number; readonly alone: LoadOutcome }[] = [];
  for (let turn = 0; turn < 4; turn++) {
    const graph = await graphs.median(200);
    const alone = await runLoad({ ...load, messages: [messageOf(turn)], calls: CALLS.alone / 4, inFlight: 1 });
    turns.push({ graph, alone });
  }
  const before = [recommender, featureStore].map(({ pid }) => cpuSeconds(pid));
  const lanes = Array.from({ length: LANES }, (_, user) => messageOf(user));
  const saturated = await runLoad({ ...load, messages: lanes, calls: CALLS.saturated, inFlight: 8 });
  const [own, other] = [recommender, featureStore].map(({ pid }, at) => cpuSeconds(pid) - before[at]!);
  const calls = LANES * CALLS.saturated;
  const latencies = turns.flatMap(({ alone }) => alone.latencies).sort((a, b) => a - b);
  const graph = [...turns].map((turn) => turn.graph).sort((a, b) => a - b)[1]!;
  const [p50, p99] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
  return {
    items: itemCount,
    'graphs p50 ms': graph,
    'Recommend p50 ms': p50,
    'p50 ratio': p50 / graph,
    'Recommend p99 ms': p99,
    'p99 ratio': p99 / graph,
    'saturated /s': calls / saturated.seconds,
    'per CPU second of serving': calls / own!,
    'of serving and feature-store': calls / (own! + other!),
    failed: saturated.failed + turns.reduce((sum, { alone }) => sum + alone.failed, 0),
  };
}

const results = [];
for (const size of sizes) results.push(await measure(size));
const rounded = (value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);
console.table(
  results.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, rounded(value)]))),
);
const output = join(import.meta.dirname, 'results');
mkdirSync(output, { recursive: true });
writeFileSync(join(output, 'recommend.json'), `${JSON.stringify({ results }, null, 2)}\n`);
