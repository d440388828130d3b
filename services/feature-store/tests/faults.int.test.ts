import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { common, type events, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import {
  cacheFolder,
  type PostgresServer,
  type RedisServer,
  startGuardian,
  startPostgres,
  startRedis,
} from '@attune/devstack';
import { isAppError } from '@attune/errors';
import { deadLetterTopic, type EventLog, openEventLog } from '@attune/event-log';
import { anInteraction, type TestInfra, until, useInfra } from '@attune/testkit';
import { type FeatureStoreClient, type Started, startForTest } from './fleet';

// Servers of its own: this file kills them.
const stack = new AsyncDisposableStack();
let postgres: PostgresServer;
let redis: RedisServer;
let infra: TestInfra;
let store: Started;
let log: EventLog;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-faults-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const guardian = stack.use(startGuardian());
  const root = join(__dirname, '../../..');
  const cache = cacheFolder(root, process.env);
  postgres = stack.use(await startPostgres({ guardian, folder: join(folder, 'postgres'), durable: false }));
  redis = stack.use(await startRedis({ guardian, folder: join(folder, 'redis'), cacheFolder: cache, durable: true }));
  infra = { ...useInfra(), databaseUrl: postgres.url, redisUrl: redis.url };
  const { redisUrl, namespace: topicPrefix } = infra;
  log = stack.use(await openEventLog({ redisUrl, topicPrefix, clientId: 'test' }));
  store = await startForTest(infra);
}, 60_000);

afterAll(async () => {
  await store?.[Symbol.asyncDispose]();
  await stack.disposeAsync();
}, 60_000);

const kill = (server: PostgresServer | RedisServer) => process.kill(server.process.identity!.pid, 'SIGKILL');

/** Sends a batch until it is answered: a producer sends again what was not, with the same ids. */
async function sendUntilAnswered(client: FeatureStoreClient, interactions: common.Interaction[]): Promise<void> {
  await until('the batch is answered', async () => {
    try {
      return await client.recordInteractions({ interactions, producer: 'test' });
    } catch (error) {
      if (isAppError(error, 'unavailable') || isAppError(error, 'deadline')) return false;
      throw error;
    }
  });
}

async function totalsOf(userIds: readonly string[]): Promise<number> {
  const question = {
    entityType: common.EntityType.USER,
    pairs: [],
    withVersions: false,
    featureNames: ['user_total_interactions'],
  };
  const { rows } = await store.client.getFeatures({ ...question, entityIds: [...userIds] });
  return rows.reduce((sum, { values }) => sum + (values[0]!.value!.value as number), 0);
}

/** Sends 40 batches of 100 events, with a fault after the tenth, and says what the store holds of them. */
async function importWith(name: string, fault: () => void): Promise<{ inHistory: number; inFeatures: number }> {
  const users = Array.from({ length: 20 }, (_, n) => `${name}-${n}`);
  const before = (await store.client.getStoreStats({})).interactionCount;
  for (let batch = 0; batch < 40; batch++) {
    if (batch === 10) fault();
    const events = Array.from({ length: 100 }, (_, n) =>
      anInteraction({ userId: users[n % 20]!, itemId: `i${n % 7}` }),
    );
    await sendUntilAnswered(store.client, events);
  }
  await until('the consumers are back', () =>
    store.service.caughtUp().then(
      () => true,
      () => false,
    ),
  );
  const inHistory = await until('PostgreSQL is back', () =>
    store.client
      .getStoreStats({})
      .then(({ interactionCount }) => interactionCount - before)
      .catch(() => undefined),
  );
  return { inHistory, inFeatures: await totalsOf(users) };
}

describe('an import', () => {
  it('ends with exactly the right counts when PostgreSQL is killed while it runs', async () => {
    const counts = await importWith('pg', () => kill(postgres));
    expect(counts).toEqual({ inHistory: 4_000, inFeatures: 4_000 });
  }, 90_000);

  it('ends with exactly the right counts when Redis is killed while it runs', async () => {
    const counts = await importWith('redis', () => kill(redis));
    expect(counts).toEqual({ inHistory: 4_000, inFeatures: 4_000 });
  }, 90_000);

  it('goes on where it was when the service stops and starts again', async () => {
    const users = ['again-1', 'again-2'];
    const events = Array.from({ length: 2_000 }, (_, n) => anInteraction({ userId: users[n % 2]! }));
    await sendUntilAnswered(store.client, events);
    await store[Symbol.asyncDispose]();
    store = await startForTest(infra);
    await store.service.caughtUp();
    expect(await totalsOf(users)).toBe(2_000);
  }, 60_000);
});

describe('what arrives through the log', () => {
  const aDecision = (decisionId: string): events.DecisionRecord => ({
    ...{ decisionId, userId: 'u1', surface: 'home', decidedAt: new Date('2026-01-01T00:00:00Z'), requestedCount: 10 },
    ...{ strategy: 'popularity_based', strategyPropensity: 1, variant: undefined, sources: [], filters: [], slate: [] },
    ...{
      runnersUp: [],
      models: [],
      partModels: {},
      degraded: [],
      userFeatures: [],
      traceId: '',
      latencyMs: 3.5,
      context: {},
    },
    ...{
      personalization: 1,
      candidateCount: 3,
      itemFeatures: undefined,
      surfaceVersion: 2,
      strategyChosenBy: 'surface',
    },
    ...{ shadows: [], relatedToItemId: '', variants: [], policyContext: [], explorationChoice: undefined },
  });

  it('keeps a decision record once, and gives it back as it was', async () => {
    const decision = aDecision('d1');
    const value = TOPIC_CODECS.decisions.encode({ decision }).finish();
    await log.append(
      TOPICS.decisions.name,
      [1, 2].map(() => ({ key: 'u1', value })),
    );
    await store.service.caughtUp();
    expect((await store.client.getDecision({ decisionId: 'd1' })).decision).toEqual(decision);
    expect((await store.client.getStoreStats({})).decisionCount).toBe(1);
  });

  it('puts a decision aside whose packed features cannot be read, and keeps the next one', async () => {
    const itemFeatures = {
      ...{ names: ['item_likes'], rowCount: 1, missing: Buffer.alloc(0), readAt: new Date(0) },
      ...{ values: Buffer.alloc(7), updatedAt: Buffer.alloc(8) },
    };
    const decisions = [{ ...aDecision('d-torn'), itemFeatures }, aDecision('d-next')];
    const values = decisions.map((decision) => TOPIC_CODECS.decisions.encode({ decision }).finish());
    await log.append(
      TOPICS.decisions.name,
      values.map((value) => ({ key: 'u1', value })),
    );
    await store.service.caughtUp();
    await expect(store.client.getDecision({ decisionId: 'd-torn' })).rejects.toMatchObject({
      code: 'not_found.decision',
    });
    expect((await store.client.getDecision({ decisionId: 'd-next' })).decision?.decisionId).toBe('d-next');
    const { deadLetters } = await store.client.listDeadLetters({
      ...{ topic: TOPICS.decisions.name, pageSize: 1, pageToken: '', includeRedriven: false },
    });
    expect(deadLetters[0]?.reason).toContain('values must have 8 bytes for the rows and columns that there are, not 7');
  }, 60_000);

  it('puts a record that makes no sense aside and goes on with the others', async () => {
    const { interactions } = TOPICS;
    const good = anInteraction({ userId: 'poisoned' });
    const encode = (interaction: common.Interaction, acceptedAt = good.occurredAt) =>
      TOPIC_CODECS.interactions.encode({ interaction, acceptedAt, producer: '', flags: [] }).finish();
    const noTime = encode(anInteraction(), new Date(8.64e15));
    const values = [Buffer.from('garbage'), encode(anInteraction({ userId: 'a\0b' })), noTime, encode(good)];
    await log.append(
      interactions.name,
      values.map((value) => ({ key: 'poisoned', value })),
    );
    await store.service.caughtUp();
    expect(await totalsOf(['poisoned'])).toBe(1);
    const aside: string[] = [];
    for await (const { key } of log.read(deadLetterTopic(interactions.name), { from: 'start' })) aside.push(key);
    expect(aside).toEqual(['poisoned', 'poisoned', 'poisoned']);
  });
});
