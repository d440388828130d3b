import { common, featureStore } from '@attune/contracts';
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
