// Time of Recommend at 1,700 and 100,000 items: the graph alone through its worker, the pipeline, and the whole call through
// gRPC; and how many interactions a second the seen filter takes in.
// Run after a build, with REDIS_URL set: node bench/recommend.bench.ts
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadSettings } from '@attune/config';
import { serving as contract, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { type EventLog, openEventLog } from '@attune/event-log';
import { createClient } from '@attune/grpc';
import { seededNormal } from '@attune/kernels';
import { openObjectStore } from '@attune/object-store';
import {
  buildRetrievalGraph,
  buildSimilarItemsGraph,
  buildTrendingGraph,
  normalizeRows,
  type TensorValue,
  writeArtifact,
} from '@attune/onnx';
import { makeUserKeys } from '@attune/privacy';
import { servingSettings, startServing } from '@attune/serving';

const RANK = 64;
const USERS = 200;
const SEEN_PER_USER = 100;
const CALLS = 2_000;
const COUNT = 10;
const SECRET = 'the secret of a benchmark, which protects nobody';
const userKeyOf = makeUserKeys(SECRET);

type Store = ReturnType<typeof openObjectStore>;

const scalar = (type: 'int32' | 'int64', value: number): TensorValue => ({ type, dims: [1], data: [value] });

function seeded(length: number, seed: number): Float32Array {
  const normal = seededNormal(seed);
  return Float32Array.from({ length }, () => normal());
}

async function writeModels(store: Store, itemCount: number) {
  const itemFactors = seeded(itemCount * RANK, 1);
  const itemIds = Array.from({ length: itemCount }, (_, i) => `item-${i}`);
  const about = { settings: {}, datasetHash: 'bench', featureSchemaHash: '', metrics: {}, createdAt: new Date(0) };
  const k = scalar('int64', 5);
  const retrieval = buildRetrievalGraph({ userFactors: seeded(USERS * RANK, 2), itemFactors, rank: RANK });
  const similar = buildSimilarItemsGraph({ itemFactors: normalizeRows(itemFactors, RANK), rank: RANK });
  const als = await writeArtifact(store, {
    ...about,
    modelKind: 'als',
    graphs: [
      { name: 'retrieval', model: retrieval, goldenInputs: [{ user_index: scalar('int32', 1), k }] },
      { name: 'similar_items', model: similar, goldenInputs: [{ item_index: scalar('int32', 1), k }] },
    ],
    itemIds,
    userKeys: Array.from({ length: USERS }, (_, i) => userKeyOf(`user-${i}`)),
  });
  const trending = buildTrendingGraph({ scores: seeded(itemCount, 3).map(Math.abs) });
  const popularity = await writeArtifact(store, {
    ...about,
    modelKind: 'popularity',
    graphs: [{ name: 'trending', model: trending, goldenInputs: [{ k }] }],
    itemIds,
  });
  return { als: als.digest, popularity: popularity.digest };
}

async function recordViews(eventLog: EventLog, itemCount: number): Promise<number> {
  const now = new Date();
  for (let user = 0; user < USERS; user++) {
    const userId = `user-${user}`;
    const records = Array.from({ length: SEEN_PER_USER }, (_, i) => {
      const itemId = `item-${(user * 31 + i * 7) % itemCount}`;
      const interaction = { eventId: `${user}-${i}`, userId, itemId, type: 'view', occurredAt: now };
      const value = TOPIC_CODECS.interactions.encode(
        TOPIC_CODECS.interactions.fromPartial({ interaction, acceptedAt: now }),
      );
      return { key: userId, value: value.finish() };
    });
    await eventLog.append(TOPICS.interactions.name, records);
  }
  return USERS * SEEN_PER_USER;
}

function quantiles(times: number[]) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => Number(sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(3));
  return { p50: at(0.5), p99: at(0.99) };
}

async function timed(calls: number, call: (index: number) => Promise<unknown>) {
  const times: number[] = [];
  for (let i = 0; i < calls / 10; i++) await call(i);
  for (let i = 0; i < calls; i++) {
    const startedAt = performance.now();
    await call(i);
    times.push(performance.now() - startedAt);
  }
  return quantiles(times);
}

async function measure(itemCount: number) {
  const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'));
  const objectStoreUrl = pathToFileURL(folder).href;
  await using store = openObjectStore(objectStoreUrl);
  const digests = await writeModels(store, itemCount);
  const namespace = `bench${process.pid}x${itemCount}`;
  const redisUrl = process.env.REDIS_URL ?? '';
  const config = loadSettings(servingSettings, {
    REDIS_URL: redisUrl,
    OBJECT_STORE_URL: objectStoreUrl,
    ATTUNE_NAMESPACE: namespace,
    ATTUNE_LOG_LEVEL: 'warn',
    ATTUNE_PRIVACY_SECRET: SECRET,
  });
  const models = Object.entries(digests).map(([name, digest]) => ({
    name,
    production: { ref: { name, version: '1', digest } },
  }));
  const peers = {
    listModels: async () => ({ models, nextPageToken: '' }),
    // Everybody has agreed to everything.
    getUsers: async () => ({ users: [] }),
  };
  await using eventLog = await openEventLog({ redisUrl, topicPrefix: namespace, clientId: 'bench' });
  await using service = await startServing(config, { client: (() => peers) as never });
  const events = await recordViews(eventLog, itemCount);
  const learnedFrom = performance.now();
  await service.caughtUp();
  const learnedMs = performance.now() - learnedFrom;
  await using client = createClient({
    definition: contract.ServingServiceService,
    address: service.address,
    caller: 'bench',
  });

  using als = service.models.borrow('als')!;
  const { signal } = new AbortController();
  const wanted = COUNT + 50 + SEEN_PER_USER;
  const graph = await timed(CALLS, (i) => als.forUser(`user-${i % USERS}`, wanted, { signal }));
  const startedAt = new Date();
  const ask = (i: number) =>
    client.recommend(contract.RecommendRequest.fromPartial({ userId: `user-${i % USERS}`, count: COUNT }));
  const grpc = await timed(CALLS, ask);
  const endedAt = new Date();
  const saturatedFrom = performance.now();
  let next = 0;
  const lane = async () => {
    while (next < CALLS) await ask(next++);
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  const perSecond = Math.round((CALLS * 1_000) / (performance.now() - saturatedFrom));
  const pipeline: number[] = [];
  for await (const { value } of eventLog.read(TOPICS.decisions.name, { from: startedAt })) {
    const { decidedAt, latencyMs } = TOPIC_CODECS.decisions.decode(value).decision!;
    if (decidedAt! < endedAt) pipeline.push(latencyMs);
  }
  rmSync(folder, { recursive: true });
  return { itemCount, graph, pipeline: quantiles(pipeline), grpc, perSecond, events, learnedMs };
}

const results = [await measure(1_700), await measure(100_000)];
console.table(
  results.map(({ itemCount, graph, pipeline, grpc, perSecond, events, learnedMs }) => ({
    items: itemCount,
    'graph p50 ms': graph.p50,
    'graph p99': graph.p99,
    'pipeline p50': pipeline.p50,
    'pipeline p99': pipeline.p99,
    'gRPC p50': grpc.p50,
    'gRPC p99': grpc.p99,
    'calls/s, 16 in flight': perSecond,
    'left of events': `${events} in ${Math.round(learnedMs)} ms`,
  })),
);
const output = join(import.meta.dirname, 'results');
mkdirSync(output, { recursive: true });
writeFileSync(join(output, 'recommend.json'), `${JSON.stringify({ results }, null, 2)}\n`);
