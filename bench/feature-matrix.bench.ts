// What the feature-store does for a slate: 200 candidates with 24 columns of items and 4 of pairs, and features of the user, while
// the states are at hand. CPU time of the use case, of packing its answer, and the whole call through gRPC with both ends in this
// process; beside it the same values by GetFeatures, as objects.
// Run after a build: node bench/feature-matrix.bench.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { common, createClient, decodeFeatureTable, featureStore, SERVICES, strengthOf } from '@attune/contracts';
import { serviceOf, startGrpcServer } from '@attune/grpc';

const part = createRequire(join(import.meta.dirname, '..', 'services', 'feature-store', 'dist', 'index.js'));
const { FEATURES, VIEWS }: typeof import('../services/feature-store/src/domain/feature-registry.js') =
  part('./domain/feature-registry.js');
const { foldInto }: typeof import('../services/feature-store/src/domain/fold.js') = part('./domain/fold.js');
const { initialState, pack, unpack }: typeof import('../services/feature-store/src/domain/packed-state.js') =
  part('./domain/packed-state.js');
const { idHash }: typeof import('../services/feature-store/src/domain/id-hash.js') = part('./domain/id-hash.js');
const facts: typeof import('../services/feature-store/src/domain/profile-facts.js') = part('./domain/profile-facts.js');
const seen: typeof import('../services/feature-store/src/domain/entity-events.js') = part('./domain/entity-events.js');
const { cachedFeatureProjection }: typeof import('../services/feature-store/src/storage/cached-feature-projection.js') =
  part('./storage/cached-feature-projection.js');
const { makeReadStates }: typeof import('../services/feature-store/src/use-cases/read-states.js') =
  part('./use-cases/read-states.js');
const { makeGetFeatureMatrix }: typeof import('../services/feature-store/src/use-cases/get-feature-matrix.js') = part(
  './use-cases/get-feature-matrix.js',
);
const { makeGetFeatures }: typeof import('../services/feature-store/src/use-cases/get-features.js') =
  part('./use-cases/get-features.js');
const mapping: typeof import('../services/feature-store/src/grpc/feature-mapping.js') =
  part('./grpc/feature-mapping.js');

const CANDIDATES = 200;
const ITEMS = 2_000;
const AUTHORS = 200;
const EVENTS_PER_ITEM = 200;
const FOLLOWED = 300;
const PEOPLE = 20_000;
const ROUNDS = 400;
const now = Date.now();
const vocabulary = { isKnown: () => true, strengthOf };
const change = { acceptedAt: new Date(now), eventId: 'change' };
const itemIds = Array.from({ length: ITEMS }, (_, n) => `p${String(n).padStart(6, '0')}`);
const personOf = (n: number) => `u${String(n % PEOPLE).padStart(6, '0')}`;
const userIds = Array.from({ length: 400 }, (_, n) => personOf(n));
const topicOf = (n: number) => `topic-${n % 20}`;

const itemFacts = new Map(
  itemIds.map((itemId, n) => {
    const item = { ...common.Item.create(), itemId, title: 'A post', text: 'Some fine words.', category: topicOf(n) };
    const more = {
      tags: [topicOf(n + 7), 'live'],
      authorId: userIds[n % AUTHORS]!,
      publishedAt: new Date(now - n * 1e6),
    };
    return [itemId, facts.itemFactsOf({ ...item, ...more }, change)] as const;
  }),
);

function interaction(userId: string, itemId: string, k: number) {
  const type = k % 3 === 0 ? 'like' : 'view';
  const event = { type, value: undefined, userId, itemId, occurredAt: new Date(now - k * 1e6) };
  return seen.interactionSeen(event, itemFacts.get(itemId), vocabulary);
}

/** A state as it comes out of the projection: unpacked from bytes. */
function stateOf(view: (typeof VIEWS)[keyof typeof VIEWS], events: Parameters<typeof foldInto>[2]) {
  const state = initialState(view);
  foldInto(view, state, events);
  state.version = 1;
  return unpack(view, pack(view, state))!;
}

const items = new Map(
  itemIds.map((itemId, n) => {
    const events = Array.from({ length: EVENTS_PER_ITEM }, (_, k) =>
      interaction(personOf(n * 31 + k * 977), itemId, k),
    );
    return [
      itemId,
      stateOf(VIEWS.item, [{ kind: 'item', facts: itemFacts.get(itemId)!, occurredAtMs: now }, ...events]),
    ];
  }),
);
const users = new Map(
  userIds.map((userId, n) => {
    const user = { ...common.User.create(), userId, interests: [topicOf(n)], createdAt: new Date(now - 1e10) };
    const events = Array.from({ length: 150 }, (_, k) => interaction(userId, itemIds[(n * 13 + k) % ITEMS]!, k));
    return [
      userId,
      stateOf(VIEWS.user, [{ kind: 'user', facts: facts.userFactsOf(user, change), occurredAtMs: now }, ...events]),
    ];
  }),
);
const graphs = new Map(
  userIds.map((userId, n) => {
    const follow = (side: 'follower' | 'followee', k: number) =>
      ({ kind: 'follow', side, delta: 1, otherKey: idHash(personOf(n + k * 61)), occurredAtMs: now }) as const;
    const events = Array.from({ length: FOLLOWED }, (_, k) => [
      follow('follower', k + 1),
      follow('followee', k + 1),
    ]).flat();
    return [userId, stateOf(VIEWS.user_graph, events)];
  }),
);

const authorOf = (itemId: string) => itemFacts.get(itemId)!.authorId;
const projection = {
  read: async () => ({
    ofUser: (id: string) => ({ user: users.get(id), userGraph: graphs.get(id) }),
    ofItem: (id: string) => ({
      item: items.get(id),
      author: users.get(authorOf(id)),
      authorGraph: graphs.get(authorOf(id)),
    }),
  }),
};
const cached = cachedFeatureProjection(projection as never, {
  ...{ maxStates: 100_000, freshMs: 3_600_000, stopwatch: () => performance.now() },
});
const needs = { projection: cached, store: {} as never, onProjectionMissing: () => undefined };
const clock = () => new Date(now);
const readStates = makeReadStates(needs);
const getFeatureMatrix = makeGetFeatureMatrix({ readStates, clock });
const getFeatures = makeGetFeatures({ readStates, clock });

const numbers = FEATURES.filter(({ entity, valueType }) => entity === 'item' && valueType === 'number').map(
  ({ name }) => name,
);
const pairs = FEATURES.filter(({ entity }) => entity === 'user_item').map(({ name }) => name);
const userFeatureNames = ['user_diversity_preference', 'user_trust_score', 'user_top_interests', 'user_activity_level'];
let turn = 0;
/** Another user with other candidates in each call. */
function aQuestion(): featureStore.GetFeatureMatrixRequest {
  turn++;
  const asked = Array.from({ length: CANDIDATES }, (_, n) => itemIds[(turn * 37 + n * 7) % ITEMS]!);
  return { userId: userIds[turn % 400]!, itemIds: asked, userFeatureNames, itemFeatureNames: [...numbers, ...pairs] };
}

async function asObjects(): Promise<void> {
  const { userId, itemIds: entityIds } = aQuestion();
  const nothing = { entityIds: [], pairs: [], withVersions: false };
  const some = entityIds.map((itemId) => ({ userId, itemId }));
  const answers = await Promise.all([
    getFeatures({ ...nothing, entity: 'user', entityIds: [userId], featureNames: userFeatureNames }),
    getFeatures({ ...nothing, entity: 'item', entityIds, featureNames: numbers }),
    getFeatures({ ...nothing, entity: 'user_item', pairs: some, featureNames: pairs }),
  ]);
  for (const answer of answers) featureStore.GetFeaturesResponse.encode(mapping.fromFeatureAnswer(answer)).finish();
}

const logger = { info() {}, warn() {}, error() {}, debug() {} } as never;
const { definition } = SERVICES['feature-store'];
const getMatrix = async (request: featureStore.GetFeatureMatrixRequest) =>
  mapping.fromFeatureMatrix(await getFeatureMatrix(request));
const handlers = { getFeatureMatrix: getMatrix };
const server = await startGrpcServer({
  listen: '127.0.0.1:0',
  services: [serviceOf({ definition, handlers })],
  logger,
});
const client = createClient({ definition, address: server.address, caller: 'bench' });

let bytes = 0;
const cases: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['the use case', () => getFeatureMatrix(aQuestion())],
  [
    'the use case, its answer packed into a message',
    async () => {
      const message = featureStore.GetFeatureMatrixResponse.encode(await getMatrix(aQuestion())).finish();
      bytes = message.length;
    },
  ],
  ['the same values by GetFeatures, three calls, packed', asObjects],
  [
    'through gRPC, unpacked, client and server in this process',
    async () => decodeFeatureTable((await client.getFeatureMatrix(aQuestion())).items!),
  ],
];

/** The CPU time and the time that a call takes, in milliseconds: medians over rounds in which the cases take turns. */
const measured = cases.map(([what]) => ({ what, cpu: [] as number[], wall: [] as number[] }));
for (let round = -ROUNDS / 4; round < ROUNDS; round++) {
  for (const [index, [, call]] of cases.entries()) {
    const cpuBefore = process.cpuUsage();
    const startedAt = performance.now();
    await call();
    const wallMs = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(cpuBefore);
    if (round < 0) continue;
    measured[index]!.cpu.push((user + system) / 1_000);
    measured[index]!.wall.push(wallMs);
  }
}
await client[Symbol.asyncDispose]();
await server[Symbol.asyncDispose]();

const median = (all: readonly number[]) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)]!;
const rows = measured.map(({ what, cpu, wall }) => ({
  what,
  'CPU ms': Number(median(cpu).toFixed(3)),
  'ms (median)': Number(median(wall).toFixed(3)),
}));
const size = `${CANDIDATES} items x ${numbers.length} + ${pairs.length} columns, ${bytes} bytes`;
console.log(`${size}, ${ROUNDS} rounds`);
console.table(rows);
const output = join(import.meta.dirname, 'results');
mkdirSync(output, { recursive: true });
writeFileSync(join(output, 'feature-matrix.json'), `${JSON.stringify({ size, rows }, null, 2)}\n`);
