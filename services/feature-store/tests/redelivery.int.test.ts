import { join } from 'node:path';
import { interactionType, strengthOf } from '@attune/contracts';
import { type Database, migrate, openDatabase, schemaFor } from '@attune/postgres';
import { closeRedis } from '@attune/redis';
import { anInteraction, useInfra } from '@attune/testkit';
import type { EntityState } from '../src/domain/entity-state';
import { VIEWS } from '../src/domain/feature-registry';
import { pack } from '../src/domain/packed-state';
import type { EventStore, FeatureProjection } from '../src/ports';
import { postgresEventStore } from '../src/storage/postgres-event-store';
import { redisFeatureProjection } from '../src/storage/redis-feature-projection';
import { makeApplyInteractions } from '../src/use-cases/apply-interactions';
import { makeRebuildProjection } from '../src/use-cases/rebuild-projection';
import { ownRedis } from './fleet';

const infra = useInfra();
const schema = schemaFor(infra.namespace, 'redelivery');
const redis = ownRedis(infra);
const vocabulary = { isKnown: (type: string) => interactionType(type) !== undefined, strengthOf };
const clock = () => new Date('2026-01-02T00:00:00Z');
let database: Database;
let store: EventStore;
let projection: FeatureProjection;

beforeAll(async () => {
  await migrate({ url: infra.databaseUrl, schema, directory: join(__dirname, '../migrations') });
  database = await openDatabase({ url: infra.databaseUrl, schema, applicationName: infra.namespace });
  store = postgresEventStore(database);
  projection = redisFeatureProjection(redis);
});

afterAll(async () => {
  await database.query(`DROP SCHEMA ${schema} CASCADE`);
  await database[Symbol.asyncDispose]();
  await closeRedis(redis);
});

const aBatch = (count: number, userId: string) =>
  Array.from({ length: count }, (_, n) => ({
    ...anInteraction({ userId, itemId: `${userId}-${n % 3}` }),
    occurredAt: new Date(Date.UTC(2026, 0, 1, 0, 0, n)),
    acceptedAt: clock(),
    producer: 'test',
    flags: [],
  }));
const at = (partition: number) => ({ topic: 'interactions.v1', partition, position: '1-1' });
const applying = (changes: { store?: EventStore; projection?: FeatureProjection } = {}) => {
  const apply = makeApplyInteractions({ store, projection, vocabulary, clock, ...changes });
  return (events: ReturnType<typeof aBatch>, position: ReturnType<typeof at>) => apply([{ events, position }]);
};
const stateOf = async (userId: string) => (await store.states(VIEWS.user, [userId])).get(userId);
const projectedStateOf = async (userId: string) => {
  await projection.markWhole();
  return (await projection.read(ofUser(userId)))?.ofUser(userId).user;
};
const ofUser = (userId: string) => ({ userIds: [userId], itemIds: [], withAuthors: false });
const packed = (state: EntityState | undefined) => state && pack(VIEWS.user, state).toString('hex');

const newest = async () => {
  const { rows } = await database.query('SELECT max(known_seq) AS known_seq FROM interactions');
  return rows[0]!;
};

describe('a batch that is delivered again', () => {
  it('changes nothing', async () => {
    const batch = aBatch(10, 'r1');
    await applying()(batch, at(0));
    const [once, counts] = [await stateOf('r1'), await store.counts()];
    await applying()([...batch, ...batch], at(0));
    expect(packed(await stateOf('r1'))).toEqual(packed(once));
    expect((await store.counts()).interactionCount).toBe(counts.interactionCount);
  });

  it('applies only what is new when it overlaps with the batch before', async () => {
    const batch = aBatch(10, 'r2');
    await applying()(batch.slice(0, 6), at(0));
    await applying()(batch.slice(3), at(0));
    const { rows } = await database.query("SELECT count(*)::int AS count FROM interactions WHERE user_id = 'r2'");
    expect(rows[0]!.count).toBe(10);
    expect((await stateOf('r2'))!.version).toBe(Number((await newest()).known_seq));
  });

  it('is projected although its first delivery ended between the commit and the projection', async () => {
    const batch = aBatch(5, 'r3');
    const crash = { ...projection, put: () => Promise.reject(new Error('the process is gone')) };
    await expect(applying({ projection: crash })(batch, at(0))).rejects.toThrow('the process is gone');
    expect(await projectedStateOf('r3')).toBeUndefined();
    await applying()(batch, at(0));
    expect(packed(await projectedStateOf('r3'))).toEqual(packed(await stateOf('r3')));
  });

  it('is applied whole after PostgreSQL ended the connection in the middle of the first delivery', async () => {
    const batch = aBatch(5, 'r4');
    const dying: EventStore = {
      ...store,
      transaction: (knownAt, run, options) =>
        store.transaction(
          knownAt,
          async (tx) => {
            const result = await run(tx);
            const others = 'application_name = $1 AND pid <> pg_backend_pid()';
            await database.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others}`, [
              infra.namespace,
            ]);
            return result;
          },
          options,
        ),
    };
    await expect(applying({ store: dying })(batch, at(0))).rejects.toMatchObject({ code: 'unavailable.postgres' });
    expect(await stateOf('r4')).toBeUndefined();
    await applying()(batch, at(0));
    const { rows } = await database.query("SELECT count(*)::int AS count FROM interactions WHERE user_id = 'r4'");
    expect(rows[0]!.count).toBe(5);
    expect((await stateOf('r4'))!.version).toBe(Number((await newest()).known_seq));
  });
});

describe('partitions that touch the same items at once', () => {
  it('lose no event of any of them', async () => {
    const batches = Array.from({ length: 8 }, (_, n) =>
      aBatch(50, `p${n}`).map((event) => ({ ...event, itemId: 'hot' })),
    );
    await Promise.all(batches.map((batch, partition) => applying()(batch, at(partition))));
    const state = (await store.states(VIEWS.item, ['hot'])).get('hot')!;
    const { at: likes } = VIEWS.item.features.find(({ feature }) => feature.name === 'item_likes')!;
    expect([state.slots[likes], state.version]).toEqual([400, Number((await newest()).known_seq)]);
  });
});

describe('the projection', () => {
  it('is rebuilt from the store when it is lost', async () => {
    await applying()(aBatch(5, 'r5'), at(0));
    const keys = await redis.keys(`${redis.options.keyPrefix}features:*`);
    await redis.del(keys.map((key) => key.slice(redis.options.keyPrefix!.length)));
    expect(await projection.read(ofUser('r5'))).toBeUndefined();
    await makeRebuildProjection({ store, projection })();
    const read = (await projection.read(ofUser('r5')))!.ofUser('r5').user;
    expect(packed(read)).toEqual(packed(await stateOf('r5')));
  });

  it('is not rebuilt while it is whole', async () => {
    await projection.markWhole();
    expect(await makeRebuildProjection({ store, projection })()).toBe(0);
  });
});
