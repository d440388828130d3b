// What a read of features costs beside a bare MGET of the same bytes: 500 items that are not at hand, the same with their authors,
// the same once they are at hand, and computing all features from them.
// Starts a Redis of its own, or uses that of REDIS_URL. Run after a build: node bench/feature-read.bench.ts
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { common, strengthOf } from '@attune/contracts';
import { cacheFolder, startGuardian, startRedis } from '@attune/devstack';
import { closeRedis, openRedis } from '@attune/redis';

const load = createRequire(import.meta.url);
const built = '../services/feature-store/dist';
const { VIEWS } = load(
  `${built}/domain/feature-registry`,
) as typeof import('../services/feature-store/src/domain/feature-registry.js');
const { foldInto } = load(`${built}/domain/fold`) as typeof import('../services/feature-store/src/domain/fold.js');
const { initialState } = load(
  `${built}/domain/packed-state`,
) as typeof import('../services/feature-store/src/domain/packed-state.js');
const facts = load(
  `${built}/domain/profile-facts`,
) as typeof import('../services/feature-store/src/domain/profile-facts.js');
const events = load(
  `${built}/domain/entity-events`,
) as typeof import('../services/feature-store/src/domain/entity-events.js');
const reading = load(
  `${built}/domain/feature-reading`,
) as typeof import('../services/feature-store/src/domain/feature-reading.js');
const projections = load(
  `${built}/storage/redis-feature-projection`,
) as typeof import('../services/feature-store/src/storage/redis-feature-projection.js');
const caches = load(
  `${built}/storage/cached-feature-projection`,
) as typeof import('../services/feature-store/src/storage/cached-feature-projection.js');

const ITEMS = 500;
const AUTHORS = 100;
const EVENTS_PER_ITEM = 200;
const ROUNDS = 500;
await using opened = new AsyncDisposableStack();
const url = process.env.REDIS_URL ?? (await ownRedis());
const prefix = `bench-${process.pid}:`;
const redis = openRedis({ url, keyPrefix: prefix, connectionName: 'bench' });
const projection = projections.redisFeatureProjection(redis);
const vocabulary = { isKnown: () => true, strengthOf };
const now = Date.now();

const itemIds = Array.from({ length: ITEMS }, (_, n) => `item-${n}`);
const change = { acceptedAt: new Date(now), eventId: 'change' };

async function ownRedis(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'));
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  const guardian = opened.use(startGuardian());
  const cache = cacheFolder(join(import.meta.dirname, '..'), process.env);
  return opened.use(await startRedis({ guardian, folder, cacheFolder: cache, durable: false })).url;
}

/** An item as a busy one is, and a user who made some of them. */
function states() {
  const items = itemIds.map((itemId, n) => {
    const state = initialState(VIEWS.item);
    const item = { ...common.Item.create(), itemId, title: 'A post', text: 'Some words.', category: `topic-${n % 20}` };
    const known = facts.itemFactsOf({ ...item, tags: ['a', 'b'], authorId: `author-${n % AUTHORS}` }, change);
    const seen = Array.from({ length: EVENTS_PER_ITEM }, (_, k) =>
      events.interactionSeen(
        {
          type: k % 3 === 0 ? 'like' : 'view',
          value: undefined,
          userId: `user-${k}`,
          itemId,
          occurredAt: new Date(now - k * 1e6),
        },
        known,
        vocabulary,
      ),
    );
    foldInto(VIEWS.item, state, [{ kind: 'item', facts: known, occurredAtMs: now }, ...seen]);
    state.version = 1;
    return [itemId, state] as const;
  });
  const authors = Array.from({ length: AUTHORS }, (_, n) => {
    const state = initialState(VIEWS.user);
    const user = { ...common.User.create(), userId: `author-${n}`, createdAt: new Date(0) };
    foldInto(VIEWS.user, state, [{ kind: 'user', facts: facts.userFactsOf(user, change), occurredAtMs: now }]);
    state.version = 1;
    return [`author-${n}`, state] as const;
  });
  return { items: new Map(items), authors: new Map(authors) };
}

/** The median time of a call, in milliseconds. */
async function medianMs(call: () => Promise<unknown> | unknown): Promise<number> {
  for (let n = 0; n < ROUNDS / 5; n++) await call();
  const times: number[] = [];
  for (let n = 0; n < ROUNDS; n++) {
    const startedAt = performance.now();
    await call();
    times.push(performance.now() - startedAt);
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}

const { items, authors } = states();
await projection.put(VIEWS.item, items);
await projection.put(VIEWS.user, authors);
await projection.markWhole();
const keys = itemIds.map((id) => `features:item:${id}`);
const bytes = (await redis.mgetBuffer(...keys)).reduce((sum, value) => sum + value!.length, 0);
const question = { userIds: [], itemIds, withAuthors: false };
const cached = caches.cachedFeatureProjection(projection, {
  maxStates: 100_000,
  freshMs: 60_000,
  stopwatch: () => performance.now(),
});
const warm = (await cached.read(question))!;
const selected = reading.selectFeatures('item', []).filter((one) => one !== undefined);
const compute = () =>
  itemIds.map((itemId) => reading.readFeatures(selected, { states: warm.ofItem(itemId), itemId }, now));

const mget = await medianMs(() => redis.mgetBuffer(...keys));
const cases = [
  ['a bare MGET of the same bytes', mget],
  ['read of 500 items, none at hand', await medianMs(() => projection.read(question))],
  ['the same with their authors', await medianMs(() => projection.read({ ...question, withAuthors: true }))],
  ['read of 500 items, all at hand', await medianMs(() => cached.read(question))],
  [`computing all ${selected.length} features of 500 items`, await medianMs(compute)],
] as const;
const rows = cases.map(([what, ms]) => ({
  what,
  'ms (median)': Number(ms.toFixed(3)),
  'x MGET': Number((ms / mget).toFixed(3)),
}));
console.log(`${bytes} bytes of states, ${ROUNDS} rounds`);
console.table(rows);
await redis.del(...keys, ...[...authors.keys()].map((id) => `features:user:${id}`));
await closeRedis(redis);
const output = join(import.meta.dirname, 'results');
mkdirSync(output, { recursive: true });
writeFileSync(join(output, 'feature-read.json'), `${JSON.stringify({ bytes, rows }, null, 2)}\n`);
