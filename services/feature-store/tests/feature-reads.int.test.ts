import { common, decodeFeatureTable, featureStore } from '@attune/contracts';
import { anInteraction, anItem, aUser, useInfra } from '@attune/testkit';
import { type FeatureStoreClient, ownRedis, type Started, startForTest } from './fleet';

const infra = useInfra();
// The service's connection, so that what it asks can be counted.
const redis = ownRedis(infra);
const prefix = redis.options.keyPrefix!;
const { USER, ITEM, USER_ITEM } = common.EntityType;
let store: Started;
let client: FeatureStoreClient;

beforeAll(async () => {
  store = await startForTest(infra, { redis });
  client = store.client;
  const users = [
    aUser({ userId: 'ann', attributes: { trust_score: '0.75' } }),
    aUser({ userId: 'bob', interests: [] }),
  ];
  await client.upsertUsers({ users, requestId: '' });
  await client.upsertItems({
    items: [anItem({ itemId: 'post', authorId: 'ann', category: 'sport', tags: ['run'] })],
    requestId: '',
  });
  const follow = { followerId: 'bob', followeeId: 'ann', since: undefined, removed: false };
  await client.setFollows({ follows: [follow], requestId: '' });
  await store.service.caughtUp();
  const interactions = [
    anInteraction({ userId: 'bob', itemId: 'post', occurredAt: new Date() }),
    anInteraction({ userId: 'ann', itemId: 'post', type: 'share', occurredAt: new Date() }),
  ];
  await client.recordInteractions({ interactions, producer: 'test' });
  await store.service.caughtUp();
});

afterAll(async () => {
  redis.disconnect();
  await store[Symbol.asyncDispose]();
});

type Asked = Partial<featureStore.GetFeaturesRequest> & Pick<featureStore.GetFeaturesRequest, 'entityType'>;

const ask = (asked: Asked) => client.getFeatures({ ...featureStore.GetFeaturesRequest.create(), ...asked });

async function values(asked: Asked): Promise<Record<string, unknown>> {
  const { rows } = await ask(asked);
  return Object.fromEntries(rows[0]!.values.map(({ name, value }) => [name, value!.value]));
}

describe('reads of features', () => {
  it('answer a pair from the states of both', async () => {
    expect(await values({ entityType: USER_ITEM, pairs: [{ userId: 'bob', itemId: 'post' }] })).toEqual({
      user_item_already_seen: 1,
      user_item_author_affinity: 1,
      user_item_interest_match: 1,
      // Ann, whom Bob follows, shared it.
      user_item_social_proof: 1,
    });
  });

  it('answer an item with its author, in one round trip', async () => {
    const question: Asked = { entityType: ITEM, entityIds: ['post'], featureNames: [] };
    expect(await values(question)).toMatchObject({ item_author_trust: 0.75, item_author_follower_count: 1 });
    await client.recordInteractions({ interactions: [anInteraction({ itemId: 'post' })], producer: 'test' });
    await store.service.caughtUp();
    // Both are sent before either is answered.
    expect(await commandsDuring(() => ask(question))).toEqual(['mget', 'eval']);
  });

  it('find an author whose id is long', async () => {
    const authorId = `ä${'x'.repeat(250)}`;
    await client.upsertUsers({
      users: [aUser({ userId: authorId, attributes: { trust_score: '0.5' } })],
      requestId: '',
    });
    await client.upsertItems({ items: [anItem({ itemId: 'by-long', authorId })], requestId: '' });
    await store.service.caughtUp();
    const question: Asked = { entityType: ITEM, entityIds: ['by-long'], featureNames: ['item_author_trust'] };
    expect(await commandsDuring(() => ask(question))).toEqual(['mget', 'eval']);
    expect(await values(question)).toEqual({ item_author_trust: 0.5 });
  });

  it('read many entities of several views in one round trip', async () => {
    const entityIds = Array.from({ length: 500 }, (_, n) => `never-read-${n}`);
    expect(await commandsDuring(() => ask({ entityType: USER, entityIds }))).toEqual(['mget']);
  });

  it('give numbers, texts, lists and scored names', async () => {
    const user = await values({ entityType: USER, entityIds: ['bob'] });
    expect(user.user_total_interactions).toBe(1);
    expect((user.user_hour_pattern as common.NumberList).values).toHaveLength(24);
    expect((user.user_top_interests as common.ScoredNames).entries.map(({ name }) => name)).toEqual(['run', 'sport']);
    expect(await values({ entityType: ITEM, entityIds: ['post'] })).toMatchObject({ item_category: 'sport' });
  });

  it('tell nothing of a user who refused to be personalized', async () => {
    await client.upsertUsers({
      users: [aUser({ userId: 'carl', consent: { personalization: false } })],
      requestId: '',
    });
    await store.service.caughtUp();
    const user = await values({ entityType: USER, entityIds: ['carl'] });
    expect(new Set(Object.values(user))).toEqual(new Set([common.MissingReason.NO_CONSENT]));
  });

  it('refuse pairs that are not whole, by their place', async () => {
    const pairs = [
      { userId: 'bob', itemId: 'post' },
      { userId: '', itemId: 'post' },
    ];
    const asked = ask({ entityType: USER_ITEM, pairs });
    await expect(asked).rejects.toMatchObject({ violations: [{ field: 'pairs[1].user_id' }] });
    await expect(ask({ entityType: USER_ITEM, pairs: [] })).rejects.toMatchObject({ violations: [{ field: 'pairs' }] });
  });
});

describe('GetFeatureMatrix', () => {
  const COLUMNS = [
    'item_likes',
    'item_author_trust',
    'user_item_already_seen',
    'user_item_social_proof',
    'item_engagement_rate',
  ];
  const { UNKNOWN_ENTITY, NEVER_OBSERVED, NO_CONSENT } = common.MissingReason;
  const matrix = async (asked: Partial<featureStore.GetFeatureMatrixRequest>) => {
    const request = { userId: 'bob', itemIds: ['post'], itemFeatureNames: COLUMNS, userFeatureNames: [], ...asked };
    const { userFeatures, items } = await client.getFeatureMatrix(request);
    return { userFeatures, table: decodeFeatureTable(items!) };
  };

  it('reads a user and many items, in the order of the question, with the values that GetFeatures gives', async () => {
    await client.upsertItems({ items: [anItem({ itemId: 'fresh' })], requestId: '' });
    await store.service.caughtUp();
    const names = ['user_top_interests', 'user_total_interactions'];
    const itemIds = ['fresh', 'nowhere', 'post', 'fresh'];
    const { userFeatures, table } = await matrix({ itemIds, userFeatureNames: names });
    const given = await ask({ entityType: USER, entityIds: ['bob'], featureNames: names });
    expect(userFeatures).toEqual(given.rows[0]!.values);
    expect([table.rowCount, table.names]).toEqual([4, COLUMNS]);
    for (const [row, itemId] of itemIds.entries()) {
      const ofItem = await values({ entityType: ITEM, entityIds: [itemId] });
      const ofPair = await values({ entityType: USER_ITEM, pairs: [{ userId: 'bob', itemId }] });
      const is = COLUMNS.map((_, column) => {
        const at = row * COLUMNS.length + column;
        return table.missing[at] === 0 ? table.values[at] : ['missing', table.missing[at]];
      });
      const oneByOne = await readings(itemId);
      expect(is).toEqual(
        COLUMNS.map((name) => (oneByOne.has(name) ? ['missing', oneByOne.get(name)] : { ...ofItem, ...ofPair }[name])),
      );
    }
    expect(Math.abs(table.readAtMs - Date.now())).toBeLessThan(60_000);
    expect([table.updatedAtMs[1], table.updatedAtMs[2]! > 0]).toEqual([Number.NaN, true]);
  });

  /** Which columns are missing of an item and its pair with Bob, and why. */
  async function readings(itemId: string): Promise<ReadonlyMap<string, number>> {
    const rows = [
      ...(await ask({ entityType: ITEM, entityIds: [itemId] })).rows,
      ...(await ask({ entityType: USER_ITEM, pairs: [{ userId: 'bob', itemId }] })).rows,
    ];
    const all = rows.flatMap((row) => row.values);
    return new Map(
      all.flatMap(({ name, value }) => (value?.$case === 'missing' ? [[name, value.value] as const] : [])),
    );
  }

  it('says why there is no value', async () => {
    const { table } = await matrix({ itemIds: ['nowhere', 'post'], userId: 'nobody' });
    expect([...table.missing]).toEqual([
      // Of a known item and nobody there is what both have in common: nothing.
      ...[UNKNOWN_ENTITY, UNKNOWN_ENTITY, UNKNOWN_ENTITY, UNKNOWN_ENTITY, UNKNOWN_ENTITY],
      ...[0, 0, 0, 0, NEVER_OBSERVED],
    ]);
  });

  it('tells of items and nothing of the user where the user refused to be personalized', async () => {
    await client.upsertUsers({
      users: [aUser({ userId: 'dora', consent: { personalization: false } })],
      requestId: '',
    });
    await store.service.caughtUp();
    const asked = { userId: 'dora', userFeatureNames: ['user_total_interactions'] };
    const { userFeatures, table } = await matrix(asked);
    expect(userFeatures.map(({ value }) => value)).toEqual([{ $case: 'missing', value: NO_CONSENT }]);
    expect([...table.missing].slice(0, 4)).toEqual([0, 0, NO_CONSENT, NO_CONSENT]);
  });

  it('reads everything in one round trip, and nothing that is at hand', async () => {
    const itemIds = Array.from({ length: 300 }, (_, n) => `never-asked-${n}`);
    const asked = () => matrix({ userId: 'never-asked', itemIds });
    expect(await commandsDuring(asked)).toEqual(['mget', 'eval']);
    expect(await commandsDuring(asked)).toEqual([]);
  });

  it('reads items alone, and the user alone', async () => {
    const { table } = await matrix({ userId: '', itemFeatureNames: ['item_likes'] });
    expect([...table.values]).toEqual([2]);
    const alone = await matrix({ itemIds: [], userFeatureNames: ['user_total_interactions'] });
    expect([alone.userFeatures.length, alone.table.rowCount]).toEqual([1, 0]);
    const noColumns = await matrix({ itemFeatureNames: [] });
    expect([noColumns.table.rowCount, noColumns.table.values.length]).toEqual([1, 0]);
  });

  it('refuses with everything that is wrong, and says where to find what it does not give', async () => {
    const wrong = {
      ...{ userId: '', itemIds: ['post', ''] },
      userFeatureNames: ['user_luck', 'item_likes', 'user_total_interactions'],
      itemFeatureNames: [
        'item_category',
        'user_trust_score',
        'luck',
        'user_item_already_seen',
        'item_hashtags',
        'item_likes',
      ],
    };
    await expect(matrix(wrong)).rejects.toMatchObject({
      violations: [
        { field: 'item_ids[1]', description: 'must not be empty' },
        { field: 'user_feature_names[0]', description: 'is not a feature; ListFeatures tells which there are' },
        { field: 'user_feature_names[1]', description: 'is a feature of an item: name it in item_feature_names' },
        { field: 'user_feature_names[2]', description: 'is a feature of a user: set user_id' },
        { field: 'item_feature_names[0]', description: 'is a text, and columns are numbers; GetFeatures reads it' },
        { field: 'item_feature_names[1]', description: 'is a feature of a user: name it in user_feature_names' },
        { field: 'item_feature_names[2]' },
        { field: 'item_feature_names[3]', description: 'is a feature of a user and an item: set user_id' },
        { field: 'item_feature_names[4]' },
      ],
    });
    await expect(matrix({ itemIds: [] })).rejects.toThrow('item_ids must not be empty');
    const tooMany = matrix({ itemIds: Array.from({ length: 1_001 }, (_, n) => `i${n}`) });
    await expect(tooMany).rejects.toThrow('item_ids must have at most 1000 elements, not 1001');
    const names = new Array(201).fill('item_likes');
    await expect(matrix({ itemFeatureNames: names })).rejects.toThrow(
      'item_feature_names must have at most 200 elements',
    );
  });

  it('gives the most that can be asked for', async () => {
    const { features } = await client.listFeatures({ entityType: 0, pageSize: 1_000, pageToken: '' });
    const columns = features.filter(({ entityType, valueType }) => entityType !== USER && valueType === 'number');
    const itemIds = Array.from({ length: 1_000 }, (_, n) => `never-asked-${n}`);
    const { table } = await matrix({ itemIds, itemFeatureNames: columns.map(({ name }) => name) });
    expect(columns.length).toBeGreaterThan(20);
    expect(table.values).toHaveLength(1_000 * columns.length);
  });

  it('refuses what is named twice', async () => {
    const twice = matrix({ itemFeatureNames: ['item_likes', 'item_views', 'item_likes'] });
    await expect(twice).rejects.toMatchObject({
      violations: [{ field: 'item_feature_names[2]', description: 'is named before' }],
    });
  });
});

describe('a rebuild', () => {
  it('restores every state in Redis while the fleet serves, from PostgreSQL or from the history', async () => {
    const keys = async () => (await redis.keys(`${prefix}features:*`)).filter((key) => !key.includes(':whole:')).sort();
    const before = await keys();
    const states = await Promise.all(before.map((key) => redis.getBuffer(unprefixed(key))));
    for (const fromHistory of [false, true]) {
      await redis.del(before.map(unprefixed));
      const steps: featureStore.RebuildFeaturesResponse[] = [];
      for await (const step of client.rebuildFeatures({ fromHistory })) steps.push(step);
      expect(steps.at(-1)).toEqual({ stateCount: before.length, fraction: 1 });
      expect(await keys()).toEqual(before);
      const restored = await Promise.all(before.map((key) => redis.getBuffer(unprefixed(key))));
      // From the history the states are the same but for their version.
      expect(restored.map(withoutVersion)).toEqual(states.map(withoutVersion));
    }
  });
});

const unprefixed = (key: string) => key.slice(prefix.length);

function withoutVersion(state: Buffer | null): string {
  return Buffer.concat([state!.subarray(0, 8), state!.subarray(16)]).toString('hex');
}

/** The commands that the service sends to Redis while something is asked; its consumers have nothing to do then. */
async function commandsDuring(asked: () => Promise<unknown>): Promise<string[]> {
  const commands: string[] = [];
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, stream) => {
    if (command.name !== 'ping') commands.push(command.name);
    return send(command, stream);
  };
  try {
    await asked();
  } finally {
    redis.sendCommand = send;
  }
  return commands;
}
