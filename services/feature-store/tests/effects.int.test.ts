import { common } from '@attune/contracts';
import { openDatabase, schemaFor } from '@attune/postgres';
import { anInteraction, anItem, aUser, useInfra } from '@attune/testkit';
import { type FeatureStoreClient, ownRedis, type Started, startForTest } from './fleet';

const infra = useInfra();
const { USER, ITEM } = common.EntityType;
const { UNKNOWN_ENTITY, NEVER_OBSERVED } = common.MissingReason;
const redis = ownRedis(infra);
let store: Started;
let client: FeatureStoreClient;

beforeAll(async () => {
  store = await startForTest(infra);
  client = store.client;
});

afterAll(async () => {
  redis.disconnect();
  await store[Symbol.asyncDispose]();
});

const record = async (...interactions: ReturnType<typeof anInteraction>[]) => {
  await client.recordInteractions({ interactions, producer: 'test' });
  await store.service.caughtUp();
};

/** The values of one entity by feature name; a reason where there is none. */
async function featuresOf(
  entityType: common.EntityType,
  entityId: string,
  without: readonly string[] = [],
): Promise<Record<string, number>> {
  const { rows } = await client.getFeatures({
    entityType,
    entityIds: [entityId],
    pairs: [],
    withVersions: false,
    featureNames: [],
  });
  return Object.fromEntries(
    rows[0]!.values
      .filter(({ name }) => !without.includes(name))
      .map(({ name, value }) => [name, value!.value as number]),
  );
}

describe('features', () => {
  it('shows what an interaction changed, for its user and its item', async () => {
    await record(
      anInteraction({ userId: 'f1', itemId: 'fi1', occurredAt: undefined }),
      anInteraction({ userId: 'f1', itemId: 'fi1', type: 'view' }),
    );
    expect(await featuresOf(USER, 'f1')).toMatchObject({ user_total_interactions: 2, user_positive_share: 1 });
    expect(await featuresOf(ITEM, 'fi1')).toMatchObject({ item_views: 1, item_likes: 1, item_engagement_rate: 1 });
  });

  it('tells an unknown entity from one that nothing was observed of', async () => {
    await client.upsertItems({ items: [anItem({ itemId: 'fi2' })], requestId: '' });
    await store.service.caughtUp();
    expect(await featuresOf(ITEM, 'nobody')).toMatchObject({ item_views: UNKNOWN_ENTITY });
    expect(await featuresOf(ITEM, 'fi2')).toMatchObject({ item_views: 0, item_engagement_rate: NEVER_OBSERVED });
  });

  it('refuses a feature that does not exist by its place in the request', async () => {
    const question = {
      entityType: USER,
      entityIds: ['f1'],
      pairs: [],
      withVersions: false,
      featureNames: ['user_last_active', 'user_luck'],
    };
    await expect(client.getFeatures(question)).rejects.toMatchObject({ violations: [{ field: 'feature_names[1]' }] });
  });

  it('reads from PostgreSQL while the projection is gone, and restores it', async () => {
    await record(anInteraction({ userId: 'f3' }));
    const before = await featuresOf(USER, 'f3');
    await redis.del(...(await redis.keys('*features:*')).map((key) => key.replace(/^.*?features:/, 'features:')));
    expect((await featuresOf(USER, 'f3')).user_total_interactions).toBe(before.user_total_interactions);
    await expect(projected('features:user:f3')).resolves.toBe(true);
  });

  it('never lets an older state overwrite a newer one in the projection', async () => {
    await record(anInteraction({ userId: 'f4' }));
    const old = (await redis.getBuffer('features:user:f4'))!;
    const newer = Buffer.from(old);
    newer.writeDoubleLE(1_000, 8);
    await redis.set('features:user:f4', newer);
    await record(anInteraction({ userId: 'f4' }));
    expect((await redis.getBuffer('features:user:f4'))!.readDoubleLE(8)).toBe(1_000);
  });

  it('lists definitions in pages and refuses a page token that is not its own', async () => {
    const first = await client.listFeatures({ entityType: USER, pageSize: 3, pageToken: '' });
    const second = await client.listFeatures({ entityType: USER, pageSize: 3, pageToken: first.nextPageToken });
    const names = [...first.features, ...second.features].map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    expect(new Set(names).size).toBe(6);
    const wrong = client.listFeatures({ entityType: ITEM, pageSize: 3, pageToken: first.nextPageToken });
    await expect(wrong).rejects.toMatchObject({ violations: [{ field: 'page_token' }] });
  });
});

/** Waits for a key by the store's own answers: each read that misses the projection starts its restoration again. */
async function projected(key: string): Promise<boolean> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    if ((await redis.exists(key)) === 1) return true;
    await featuresOf(USER, 'f3');
  }
  return false;
}

describe('users, items and follows', () => {
  it('says what changed, and gives back what is known in the order of the request', async () => {
    const users = [aUser({ userId: 'e1' }), aUser({ userId: 'e2', interests: ['sport'] })];
    expect(await client.upsertUsers({ users, requestId: '' })).toEqual({ changedCount: 2, unchangedCount: 0 });
    await store.service.caughtUp();
    const again = { users: [users[0]!, aUser({ userId: 'e2' })], requestId: '' };
    expect(await client.upsertUsers(again)).toEqual({ changedCount: 1, unchangedCount: 1 });
    await store.service.caughtUp();
    const answer = await client.getUsers({ userIds: ['e2', 'stranger', 'e1'] });
    expect(answer.users.map(({ userId, interests }) => [userId, interests])).toEqual([
      ['e2', ['music']],
      ['e1', ['music']],
    ]);
  });

  it('answers a request that is sent again like the first time', async () => {
    const request = { items: [anItem({ itemId: 'e3' })], requestId: 'r1' };
    const first = await client.upsertItems(request);
    await store.service.caughtUp();
    expect(await client.upsertItems(request)).toEqual(first);
  });

  it('writes nothing when one element is wrong', async () => {
    const items = [anItem({ itemId: 'e4' }), anItem({ itemId: 'e5', title: 'a\0b' })];
    await expect(client.upsertItems({ items, requestId: '' })).rejects.toMatchObject({
      violations: [{ field: 'items[1].title' }],
    });
    await store.service.caughtUp();
    expect((await client.getItems({ itemIds: ['e4', 'e5'] })).items).toEqual([]);
  });

  it('counts followers, and a follow that is sent twice or taken back once', async () => {
    const follow = { followerId: 'e6', followeeId: 'e7', since: undefined, removed: false };
    await client.setFollows({ follows: [follow, { ...follow, followerId: 'e8' }], requestId: '' });
    await client.setFollows({ follows: [follow], requestId: '' });
    await store.service.caughtUp();
    expect(await featuresOf(USER, 'e7')).toMatchObject({ user_follower_count: 2, user_following_count: 0 });
    await client.setFollows({ follows: [{ ...follow, removed: true }], requestId: '' });
    await store.service.caughtUp();
    expect(await featuresOf(USER, 'e7')).toMatchObject({ user_follower_count: 1 });
    expect(await featuresOf(USER, 'e6')).toMatchObject({ user_following_count: 0 });
    expect((await client.getStoreStats({})).followCount).toBe(1);
  });
});

describe('a change of the features', () => {
  it('folds everything again from the history to the same values', async () => {
    const ids = { user: ['f1', 'f3', 'e6', 'e7', 'e8'], item: ['fi1', 'fi2', 'i1'] };
    const all = async () => [
      await Promise.all(ids.user.map((id) => featuresOf(USER, id, ['user_last_active']))),
      await Promise.all(ids.item.map((id) => featuresOf(ITEM, id, ['item_popularity_decayed', 'item_age_days']))),
    ];
    const before = await all();
    await client[Symbol.asyncDispose]();
    await store.service[Symbol.asyncDispose]();
    const schema = schemaFor(infra.namespace, 'feature-store');
    const options = { url: infra.databaseUrl, schema, applicationName: 'test' };
    await using database = await openDatabase(options);
    await database.query("UPDATE feature_schemas SET schema_hash = 'older'");
    await database.query("UPDATE feature_states SET state = overlay(state PLACING '\\x00'::bytea FROM 25)");
    await redis.del(...(await redis.keys('*features:*')).map((key) => key.replace(/^.*?features:/, 'features:')));
    store = await startForTest(infra);
    client = store.client;
    expect(await all()).toEqual(before);
  });
});

describe('GetDecision', () => {
  it('says that a record may still be on its way', async () => {
    await expect(client.getDecision({ decisionId: 'd1' })).rejects.toMatchObject({
      code: expect.stringMatching(/^not_found/),
      message: expect.stringContaining('second'),
    });
  });
});
