import { randomUUID } from 'node:crypto';
import { common, events, featureStore, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { isAppError } from '@attune/errors';
import { type EventLog, openEventLog } from '@attune/event-log';
import { type ObjectStore, openObjectStore } from '@attune/object-store';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { DEVELOPMENT_SECRET, openPrivacy, verifyReceipt } from '@attune/privacy';
import { closeRedis, openRedis, type Redis } from '@attune/redis';
import { anInteraction, anItem, aUser, tracesOf, until, useInfra } from '@attune/testkit';
import { engagers } from '../src/domain/blocks/engagers';
import { VIEWS } from '../src/domain/feature-registry';
import { idHash } from '../src/domain/id-hash';
import { postgresEventStore } from '../src/storage/postgres-event-store';
import { type Started, startForTest } from './fleet';
import { otherServices } from './other-services';

jest.setTimeout(60_000);
const infra = useInfra();
const { userKeyOf, publicKey } = openPrivacy(DEVELOPMENT_SECRET);
const { ACCEPTED, REJECTED } = featureStore.InteractionStatus;
const LONG_AGO = new Date(Date.now() - 86_400_000);
const OTHERS = ['u-other-1', 'u-other-2', 'u-other-3'];
let store: Started;
let database: Database;
let redis: Redis;
let log: EventLog;
let objects: ObjectStore;

beforeAll(async () => {
  store = await startForTest(infra);
  const schema = schemaFor(infra.namespace, 'feature-store');
  database = await openDatabase({ url: infra.databaseUrl, schema, applicationName: `${infra.namespace}-test` });
  redis = openRedis({ url: infra.redisUrl, keyPrefix: '', connectionName: `${infra.namespace}-test` });
  const kafka = infra.kafkaBrokers === undefined ? {} : { kafkaBrokers: [infra.kafkaBrokers] };
  log = await openEventLog({ redisUrl: infra.redisUrl, ...kafka, topicPrefix: infra.namespace, clientId: 'test' });
  objects = await openObjectStore(infra.objectStoreUrl);
});

afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await log[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await closeRedis(redis);
});

const record = (interactions: ReturnType<typeof anInteraction>[]) =>
  store.client.recordInteractions({ interactions, producer: 'test' });

const setFollows = (follows: { followerId: string; followeeId: string; removed?: boolean }[]) =>
  store.client.setFollows({
    follows: follows.map((follow) => ({ since: undefined, removed: false, ...follow })),
    requestId: '',
  });

const setBlocks = (blocks: { userId: string; authorId?: string; topic?: string; removed?: boolean }[]) =>
  store.client.setBlocks({
    blocks: blocks.map(({ userId, authorId, topic, removed = false }) => {
      const ofTopic = { $case: 'topic', value: topic ?? '' } as const;
      const target = authorId === undefined ? ofTopic : ({ $case: 'authorId', value: authorId } as const);
      return { userId, target, since: undefined, removed };
    }),
    requestId: '',
  });

/** A user with everything that a store can hold of somebody, among others who stay. */
async function aLife(userId: string, eventCount = 40) {
  const own = [1, 2].map((n) => `i-own-${userKeyOf(userId).slice(0, 6)}-${n}`);
  const shared = ['i-shared-1', 'i-shared-2'];
  const users = [userId, ...OTHERS].map((id) => aUser({ userId: id, interests: ['music'] }));
  await store.client.upsertUsers({ users, requestId: `for ${userId}` });
  await store.client.upsertUsers({ users: [aUser({ userId, attributes: { country: 'pt' } })], requestId: '' });
  const items = [
    ...own.map((itemId) => anItem({ itemId, authorId: userId })),
    ...shared.map((itemId) => anItem({ itemId, authorId: OTHERS[0]! })),
  ];
  await store.client.upsertItems({ items, requestId: '' });
  await setFollows([
    { followerId: userId, followeeId: OTHERS[0]! },
    { followerId: userId, followeeId: OTHERS[1]! },
    { followerId: OTHERS[1]!, followeeId: userId },
    { followerId: OTHERS[2]!, followeeId: OTHERS[0]! },
  ]);
  await setBlocks([
    { userId, authorId: OTHERS[0]! },
    { userId, topic: 'war' },
    { userId: OTHERS[1]!, authorId: userId },
    { userId: OTHERS[1]!, authorId: OTHERS[2]! },
  ]);
  await store.service.caughtUp();
  const all = [...own, ...shared];
  const at = (n: number) => new Date(Date.now() - 3_600_000 + n * 1_000);
  const mine = Array.from({ length: eventCount }, (_, n) =>
    anInteraction({ userId, itemId: all[n % all.length]!, type: 'like', occurredAt: at(n), context: { by: userId } }),
  );
  const theirs = OTHERS.flatMap((other) =>
    all.map((itemId, n) => anInteraction({ userId: other, itemId, type: 'like', occurredAt: at(n) })),
  );
  await record([...mine, ...theirs]);
  await decide(userId);
  const predicted = { predictionId: randomUUID(), userId, predictedAt: new Date(), itemIds: [...own] };
  const prediction = TOPIC_CODECS.predictions.encode(TOPIC_CODECS.predictions.fromPartial(predicted)).finish();
  await log.append(TOPICS.predictions.name, [{ key: userId, value: prediction }]);
  await log.append(TOPICS.interactions.name, [{ key: userId, value: Buffer.from(`no message of ${userId}`) }]);
  await store.service.caughtUp();
  return { own, shared };
}

async function decide(userId: string): Promise<void> {
  const decision = events.DecisionRecord.fromPartial({ decisionId: randomUUID(), userId, decidedAt: new Date() });
  await log.append(TOPICS.decisions.name, [
    { key: userId, value: TOPIC_CODECS.decisions.encode({ decision }).finish() },
  ]);
}

async function forget(userId: string): Promise<featureStore.ForgetUserResponse[]> {
  const told: featureStore.ForgetUserResponse[] = [];
  for await (const news of store.client.forgetUser({ userId, requestId: '' })) told.push(news);
  return told;
}

async function exported(userId: string): Promise<{ kind: string }[]> {
  const parts: Buffer[] = [];
  for await (const { jsonLines } of store.client.exportUser({ userId })) parts.push(Buffer.from(jsonLines));
  const lines = Buffer.concat(parts)
    .toString()
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as { kind: string });
}

const traces = (text: string) => tracesOf(text, { namespace: infra.namespace, database, redis, objects });

async function features(entityType: common.EntityType, entityIds: string[]) {
  const request = featureStore.GetFeaturesRequest.fromPartial({ entityType, entityIds });
  const { rows } = await store.client.getFeatures(request);
  return rows.map(({ entityId, values }) => ({
    entityId,
    values: Object.fromEntries(values.map(({ name, value }) => [name, value?.value])),
  }));
}

async function itemLikes(itemIds: string[]) {
  return (await features(common.EntityType.ITEM, itemIds)).map(({ values }) => values.item_likes);
}

/** The packed states of the others without their versions, which every fold raises. */
async function statesOfOthers(): Promise<string[]> {
  const { rows } = await database.query<{ view: string; entity_id: string; state: Buffer }>(
    `SELECT view, entity_id, state FROM feature_states
     WHERE view IN ('user', 'user_graph') AND entity_id = ANY ($1) ORDER BY 1, 2`,
    [OTHERS],
  );
  return rows.map(({ view, entity_id: id, state }) => `${view} ${id} ${state.subarray(16).toString('hex')}`);
}

/** Who engaged with items, as their states remember it. */
async function peopleOf(itemIds: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>> {
  const states = await postgresEventStore(database).states(VIEWS.item, itemIds);
  return new Map([...states].map(([id, state]) => [id, state.part(engagers).keys]));
}

async function buildTrainingSet(): Promise<string> {
  const request = featureStore.BuildTrainingSetRequest.fromPartial({});
  let datasetId = '';
  for await (const { dataset } of store.client.buildTrainingSet(request)) datasetId = dataset?.datasetId ?? '';
  return datasetId;
}

describe('ForgetUser', () => {
  it('leaves no byte of the id in any table, key, record of the log or object, and gives a signed receipt per service', async () => {
    await using services = await otherServices(log);
    const userId = 'u-forget-me-7f3a';
    await aLife(userId);
    const datasetId = await buildTrainingSet();
    expect((await traces(userId)).length).toBeGreaterThan(10);
    const told = await forget(userId);
    expect(await traces(userId)).toEqual([]);
    expect(told.map(({ service, done }) => [service, done]).sort()).toEqual([
      ['', true],
      ['experiment', false],
      ['feature-store', false],
      ['monitoring', false],
      ['serving', false],
      ['training', false],
    ]);
    const receipts = told.filter(({ done }) => !done).map(({ receipt }) => verifyReceipt(receipt, publicKey));
    expect(new Set(receipts.map(({ userKey }) => userKey))).toEqual(new Set([userKeyOf(userId)]));
    const own = receipts.find(({ service }) => service === 'feature-store')!;
    expect(own.erasedCounts).toMatchObject({
      ...{ interactions: 40, profiles: 1, profile_changes: 2, decisions: 1, datasets: 1 },
      ...{ follows: 3, blocks: 3 },
    });
    const { users } = await store.client.getRelations({ userIds: [OTHERS[1]!] });
    expect(users[0]!.blockedAuthorIds).toEqual([OTHERS[2]]);
    // a log that cannot take single records out says for how long they remain
    const inAll = told.at(-1)!.erasedCounts;
    const figure = log.erases === 'records' ? 'event_log_records' : 'event_log_remain_hours';
    expect(inAll[figure]).toBeGreaterThan(40);
    expect(services.asked.map(({ datasetIds }) => datasetIds)).toEqual([[datasetId]]);
    expect(await objects.head(`datasets/${datasetId}/dataset.json`)).toBeUndefined();
  });

  it('leaves states of other users as a fold of what remains gives them, byte for byte, and items without the user', async () => {
    await using _services = await otherServices(log);
    const userId = 'u-forget-me-8c1d';
    const { own, shared } = await aLife(userId);
    const likes = await itemLikes(shared);
    await forget(userId);
    // counts of items have nobody in them, and stay
    expect(await itemLikes(shared)).toEqual(likes);
    const after = await statesOfOthers();
    // whoever was related to nobody but the user has no place in the graph any more
    expect(after).toHaveLength(2 * OTHERS.length - 1);
    for await (const _ of store.client.rebuildFeatures({ fromHistory: true }));
    expect(await statesOfOthers()).toEqual(after);
    const people = await peopleOf([...own, ...shared]);
    expect(people.size).toBe(own.length + shared.length);
    for (const keys of people.values()) expect(new Set(keys)).toEqual(new Set(OTHERS.map(idHash)));
    const [first] = await features(common.EntityType.USER, [OTHERS[0]!]);
    expect(first!.values.user_follower_count).toBe(1);
  });

  it('keeps out what is late, at the door and through the log, and lets somebody new in', async () => {
    await using _services = await otherServices(log);
    const userId = 'u-forget-me-2b9e';
    await aLife(userId, 4);
    await forget(userId);
    const late = anInteraction({ userId, itemId: 'i-shared-1', occurredAt: new Date(Date.now() - 3_600_000) });
    const { outcomes } = await record([late, anInteraction()]);
    expect(outcomes.map(({ status }) => status)).toEqual([REJECTED, ACCEPTED]);
    expect(outcomes[0]!.problems).toMatchObject([{ field: 'interactions[0].user_id' }]);
    const message = { interaction: late, acceptedAt: late.occurredAt, producer: 'late', flags: [] };
    const value = TOPIC_CODECS.interactions.encode(message).finish();
    await log.append(TOPICS.interactions.name, [{ key: userId, value }]);
    await store.service.caughtUp();
    const { rows } = await database.query('SELECT 1 FROM interactions WHERE user_id = $1', [userId]);
    expect(rows).toEqual([]);

    await store.client.upsertUsers({ users: [aUser({ userId })], requestId: '' });
    await record([anInteraction({ userId, itemId: 'i-shared-1', occurredAt: new Date() })]);
    await store.service.caughtUp();
    const [again] = await features(common.EntityType.USER, [userId]);
    expect(again!.values.user_total_interactions).toBe(1);
  });

  it('gives the receipts of an erasure that is done, and erases again what has come since', async () => {
    await using _services = await otherServices(log);
    const userId = 'u-forget-me-5d4c';
    await aLife(userId, 4);
    const first = await forget(userId);
    const second = await forget(userId);
    expect(second.map(({ erasureId }) => erasureId)).toEqual(first.map(({ erasureId }) => erasureId));
    await store.client.upsertUsers({ users: [aUser({ userId })], requestId: '' });
    await store.service.caughtUp();
    const third = await forget(userId);
    expect(third[0]!.erasureId).not.toBe(first[0]!.erasureId);
    expect(await traces(userId)).toEqual([]);
  });

  it('goes on after a restart where it was', async () => {
    const userId = 'u-forget-me-9e0b';
    await aLife(userId);
    const stop = new AbortController();
    const cut = (async () => {
      const call = store.client.forgetUser({ userId, requestId: '' }, { signal: stop.signal });
      for await (const { service } of call) if (service === 'feature-store') stop.abort();
    })();
    await expect(cut).rejects.toMatchObject({ code: expect.stringMatching(/^cancelled/) });
    await store[Symbol.asyncDispose]();
    store = await startForTest(infra);
    await using _services = await otherServices(log);
    await until('the erasure is done', async () => {
      const { rows } = await database.query("SELECT 1 FROM erasures WHERE state <> 'done'");
      return rows.length === 0;
    });
    expect(await traces(userId)).toEqual([]);
    expect((await forget(userId)).filter(({ done }) => !done)).toHaveLength(TOPICS.erasures.consumers.length);
  });

  it('loses and doubles nothing of others who are active meanwhile, and lets nothing of the user in', async () => {
    await using _services = await otherServices(log);
    const userId = 'u-forget-me-6c2f';
    const { shared } = await aLife(userId);
    let isDone = false;
    const sent = { others: 0, user: 0 };
    const producing = (async () => {
      while (!isDone) {
        const now = new Date();
        const event = (of: string) => anInteraction({ userId: of, itemId: shared[0]!, type: 'view', occurredAt: now });
        const { outcomes } = await record([...Array.from({ length: 200 }, () => event('u-busy')), event(userId)]);
        sent.others += outcomes.slice(0, 200).filter(({ status }) => status === ACCEPTED).length;
        sent.user += 1;
      }
    })();
    // what happened before it was asked for goes, whenever it arrives; what happens later is of somebody new
    const late = (async () => {
      while (!isDone) {
        const value = TOPIC_CODECS.interactions
          .encode({
            interaction: anInteraction({ userId, itemId: shared[0]!, context: { mark: 'late' }, occurredAt: LONG_AGO }),
            ...{ acceptedAt: LONG_AGO, producer: 'late', flags: [] },
          })
          .finish();
        await log.append(TOPICS.interactions.name, [{ key: userId, value }]);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await forget(userId);
    isDone = true;
    await Promise.all([producing, late]);
    await store.service.caughtUp();
    expect(sent.others).toBeGreaterThan(1_000);
    const count = async (where: string) => {
      const { rows } = await database.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM interactions WHERE ${where}`,
      );
      return rows[0]!.count;
    };
    expect(await count("user_id = 'u-busy'")).toBe(sent.others);
    expect(await count(`user_id = '${userId}' AND (producer = 'late' OR type <> 'view')`)).toBe(0);
    const [busy, user] = await features(common.EntityType.USER, ['u-busy', userId]);
    expect(busy!.values.user_total_interactions).toBe(sent.others);
    // the state of somebody new is a fold of what came after the erasure was asked for
    expect(user!.values.user_total_interactions).toBe(await count(`user_id = '${userId}'`));
  });

  it('goes on when PostgreSQL ends its connections in the middle, again and again', async () => {
    await using _services = await otherServices(log);
    const userId = 'u-forget-me-4e8d';
    await aLife(userId);
    let isDone = false;
    let kills = 0;
    const killing = (async () => {
      while (!isDone && kills < 40) {
        const { rowCount } = await database.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE application_name LIKE '%' || $1 || '%' AND state = 'active' AND pid <> pg_backend_pid()`,
          [infra.namespace],
        );
        kills += rowCount;
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const untilDone = async (): Promise<boolean> => {
      const told = await forget(userId).catch((error: unknown) => {
        if (isAppError(error, 'unavailable')) return [];
        throw error;
      });
      return told.at(-1)?.done ?? false;
    };
    await until('the erasure is done', untilDone, { timeoutMs: 45_000 });
    isDone = true;
    await killing;
    expect(kills).toBeGreaterThan(0);
    expect(await traces(userId)).toEqual([]);
  });

  it('takes less than a minute for a user with 10,000 events', async () => {
    await using _services = await otherServices(log);
    const userId = 'u-forget-me-10k';
    await aLife(userId);
    const at = (n: number) => new Date(Date.now() - 7_200_000 + n);
    const events = (users: readonly string[], count: number) =>
      Array.from({ length: count }, (_, n) =>
        anInteraction({ userId: users[n % users.length]!, itemId: `i-${n % 1_000}`, type: 'like', occurredAt: at(n) }),
      );
    for (let i = 0; i < 2; i += 1) await record(events([userId], 5_000));
    for (let i = 0; i < 4; i += 1) await record(events(OTHERS, 5_000));
    await store.service.caughtUp();
    const startedAt = performance.now();
    const told = await forget(userId);
    expect(performance.now() - startedAt).toBeLessThan(60_000);
    expect(told.at(-1)!.erasedCounts.interactions).toBe(10_040);
    expect(await traces(userId)).toEqual([]);
  });

  it.each([
    ['no id', ''],
    ['an id with a line break', 'a\nb'],
  ])('refuses %s', async (_, userId) => {
    await expect(forget(userId)).rejects.toMatchObject({ code: 'invalid.request', violations: [{ field: 'user_id' }] });
  });
});

describe('ExportUser', () => {
  it('gives everything that is held about a user, and nothing about anybody else', async () => {
    const userId = 'u-export-1a2b';
    await aLife(userId, 1_500);
    const lines = await exported(userId);
    const counts = new Map<string, number>();
    for (const { kind } of lines) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    expect(Object.fromEntries([...counts].filter(([kind]) => kind !== 'feature'))).toEqual({
      profile: 1,
      profile_change: 2,
      ...{ block: 2, block_change: 2, blocked_by: 1 },
      follow: 3,
      follow_change: 3,
      authored_item: 2,
      interaction: 1_500,
      decision: 1,
    });
    const feature = lines.find((line) => 'name' in line && line.name === 'user_total_interactions');
    expect(feature).toMatchObject({ value: 1_500 });
    const interaction = lines.find(({ kind }) => kind === 'interaction');
    expect(interaction).toMatchObject({ type: 'like', context: { by: userId }, producer: 'test' });
  });

  it('gives nothing about somebody who is not known', async () => {
    expect(await exported('u-never-seen')).toEqual([]);
  });
});
