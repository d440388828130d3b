import { TOPIC_CODECS, TOPICS, monitoring as wire } from '@attune/contracts';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { openPrivacy, verifyReceipt } from '@attune/privacy';
import { keyPrefixFor, openRedis } from '@attune/redis';
import { until, useInfra } from '@attune/testkit';
import { aClick, aDecision, append, type Measuring, SECRET, startMeasuring } from './measurement-fleet';

jest.setTimeout(60_000);
const infra = useInfra();
const NOW = new Date('2026-05-01T12:30:00Z');
const AT = new Date('2026-05-01T12:10:05Z');
const { userKeyOf, publicKey } = openPrivacy(SECRET);
let measuring: Measuring;
let database: Database;

beforeAll(async () => {
  measuring = await startMeasuring(infra, () => NOW);
  const { databaseUrl: url, namespace } = infra;
  database = await openDatabase({ url, schema: schemaFor(namespace, 'monitoring'), applicationName: 'test' });
  const { eventLog } = measuring;
  await append(eventLog, 'entities', [
    {
      key: 'ann',
      value: {
        eventId: 'u1',
        acceptedAt: AT,
        entity: { $case: 'user', value: { userId: 'ann', attributes: { country: 'DE' } } },
      },
    },
    {
      key: 'i1',
      value: { eventId: 'i1', acceptedAt: AT, entity: { $case: 'item', value: { itemId: 'i1', authorId: 'zoe' } } },
    },
  ]);
  await append(eventLog, 'models', [
    {
      key: 'als',
      value: {
        eventId: 'm1',
        model: { name: 'als', version: '1' },
        kind: 'als',
        toStage: 'production',
        sequence: 1,
        changedAt: AT,
      },
    },
  ]);
  await measuring.service.caughtUp();
  await append(eventLog, 'decisions', [
    aDecision('d1', 'ann', AT),
    aDecision('d2', 'ann', AT),
    aDecision('d3', 'ben', AT),
    aDecision('d4', 'ben', AT),
  ]);
  await append(eventLog, 'interactions', [aClick('e1', 'ann', new Date(AT.getTime() + 5_000), 'd1')]);
  await append(eventLog, 'predictions', [
    {
      key: 'ann',
      value: {
        predictionId: 'p1',
        userId: 'ann',
        predictedAt: AT,
        model: { name: 'engagement', version: '3' },
        itemIds: ['i1'],
        scores: [0.5],
        areProbabilities: true,
        latencyMs: 4,
      },
    },
  ]);
  await measuring.measured();
});

afterAll(async () => {
  await measuring[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const series = (metric: string, labels: Record<string, string> = {}, stepSeconds = 60) =>
  measuring.client.getTimeSeries({ metric, labels, from: new Date('2026-05-01T12:00:00Z'), to: NOW, stepSeconds });

describe('GetTimeSeries', () => {
  it.each([
    ['click_rate', {}, 0.25, 4],
    ['click_rate', { segment: 'country=DE' }, 0.5, 2],
    ['slates', { model: 'als' }, 4, 4],
    ['prediction', { model: 'als' }, 2, 8],
    ['predicted_rate', { model: 'engagement', surface: 'home' }, 0.25, 8],
    ['observed_rate', { model: 'engagement', surface: 'home' }, 0.125, 8],
    ['requests', { model: 'engagement' }, 5, 5],
    ['recommend_latency_p99_ms', {}, 12, 4],
  ])('gives %s of %j from what the log said', async (metric, labels, value, sampleCount) => {
    const { points } = await series(metric, labels);
    expect(points).toHaveLength(30);
    expect(points.filter((point) => point.value !== undefined)).toEqual([
      { at: new Date('2026-05-01T12:10:00Z'), value: expect.closeTo(value, 6), sampleCount },
    ]);
  });

  it('gives the same by the hour, from the counters and, when they are lost, from the series', async () => {
    const hours = async () => (await series('click_rate', {}, 3_600)).points;
    const expected = [{ at: new Date('2026-05-01T12:00:00Z'), value: 0.25, sampleCount: 4 }];
    expect(await hours()).toEqual(expected);
    const redis = openRedis({ url: infra.redisUrl, keyPrefix: '', connectionName: 'test' });
    const keys = await redis.keys(`${keyPrefixFor(infra.namespace, 'monitoring')}hours:*`);
    expect(keys.length).toBeGreaterThan(1);
    await redis.del(...keys);
    expect(await hours()).toEqual(expected);
    await until(
      'they are made again',
      async () => (await redis.keys(`${keyPrefixFor(infra.namespace, 'monitoring')}hours:*`)).length === keys.length,
    );
    redis.disconnect();
    expect(await hours()).toEqual(expected);
  });

  it.each([
    ['metric', { metric: 'click_rat' }, 'click_rate'],
    ['labels', { metric: 'coverage', labels: { surface: 'home' }, stepSeconds: 3_600 }, 'model and version'],
    ['step_seconds', { metric: 'slates', stepSeconds: 61 }, 'multiple of 60'],
    ['step_seconds', { metric: 'slates', stepSeconds: 60, from: new Date('2026-01-01T00:00:00Z') }, 'at most 10000'],
    ['from', { metric: 'slates', from: NOW }, 'before `to`'],
  ])('refuses a wrong %s and says what there is (%j)', async (field, changes, says) => {
    const request = wire.GetTimeSeriesRequest.fromPartial({ to: NOW, from: AT, stepSeconds: 60, ...changes });
    await expect(measuring.client.getTimeSeries(request)).rejects.toMatchObject({
      code: 'invalid.request',
      violations: [{ field, description: expect.stringContaining(says) }],
    });
  });

  it('lists every metric with its labels', async () => {
    const { metrics } = await measuring.client.listMetrics({});
    expect(metrics.find(({ name }) => name === 'ndcg@10')).toMatchObject({
      unit: '1',
      labels: expect.arrayContaining(['model', 'segment']),
    });
  });
});

describe('health', () => {
  it('says of a model what was seen and what was too little', async () => {
    const health = await measuring.client.getModelHealth({ model: 'als', version: '', windowHours: 1 });
    expect(health).toMatchObject({ model: { name: 'als', version: '1' }, state: wire.HealthState.HEALTHY, alerts: [] });
    const of = (name: string) => health.measures.find((measure) => measure.name === name);
    expect(of('click_rate')).toMatchObject({
      sampleCount: 4,
      problem: { message: '4 observations of at least 100 were seen' },
    });
    expect(of('requests')).toMatchObject({ value: 4, problem: undefined });
    expect(health.verdict).toBe('als has no alert, and there is too little history to say what is normal');
  });

  it('names the models that there are where one does not exist', async () => {
    await expect(measuring.client.getModelHealth({ model: 'moon', version: '', windowHours: 0 })).rejects.toMatchObject(
      {
        code: 'not_found.model',
        message: expect.stringContaining('als, engagement'),
      },
    );
  });

  it('says of the fleet which services nobody can reach or find', async () => {
    const { subjects, state } = await measuring.client.getFleetHealth({});
    expect(state).toBe(wire.HealthState.UNKNOWN);
    const of = (name: string) => subjects.find((subject) => subject.name === name);
    expect(of('monitoring')).toMatchObject({ kind: 'service', state: wire.HealthState.HEALTHY });
    expect(of('serving')).toMatchObject({ verdict: 'nobody told monitoring where serving is' });
    expect(of('als')).toMatchObject({ kind: 'model', version: '1', state: wire.HealthState.HEALTHY });
  });
});

describe('budgets', () => {
  it('are kept with what is spent of them since midnight', async () => {
    const budget = {
      subject: 'model:engagement',
      resource: 'requests',
      limit: 8,
      warnShare: 0,
      spent: 0,
      projected: 0,
    };
    await measuring.client.setBudget({ budget, actor: 'an operator' });
    const { budgets } = await measuring.client.listBudgets({ subject: 'model:engagement' });
    expect(budgets.find(({ resource }) => resource === 'requests')).toMatchObject({
      ...{ limit: 8, warnShare: 0.8, spent: 5, projected: expect.closeTo(9.6, 6) },
    });
    const all = (await measuring.client.listBudgets({ subject: '' })).budgets;
    expect(
      all.find(({ subject, resource }) => subject === 'service:monitoring' && resource === 'storage_bytes')!.spent,
    ).toBeGreaterThan(10_000);
    await measuring.client.setBudget({ budget: { ...budget, limit: 0 }, actor: 'an operator' });
    const after = await measuring.client.listBudgets({ subject: 'model:engagement' });
    expect(after.budgets.find(({ resource }) => resource === 'requests')).toMatchObject({ limit: 0, spent: 5 });
  });

  it('refuse what is no subject or resource', async () => {
    const budget = { subject: 'als', resource: 'money', limit: -1, warnShare: 2, spent: 0, projected: 0 };
    await expect(measuring.client.setBudget({ budget, actor: 'x' })).rejects.toMatchObject({
      violations: ['budget.subject', 'budget.resource', 'budget.limit', 'budget.warn_share'].map((field) => ({
        field,
        description: expect.any(String),
      })),
    });
  });
});

describe('users', () => {
  it('are named in no table', async () => {
    const { rows: tables } = await database.query<{ name: string }>(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()',
    );
    for (const { name } of tables) {
      const { rows } = await database.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`);
      expect(rows.filter(({ row }) => /\b(ann|ben|zoe)\b/.test(row))).toEqual([]);
    }
  });

  it('are forgotten with a signed receipt, do not come back, and leave series as they are', async () => {
    const before = (await series('slates')).points;
    const requestedAt = new Date('2026-05-01T12:20:00Z');
    await append(measuring.eventLog, 'erasures', [
      { key: 'ann', value: { erasureId: 'er1', userId: 'ann', requestedAt } },
    ]);
    await measuring.measured();
    await append(measuring.eventLog, 'decisions', [aDecision('d9', 'ann', AT)]);
    await measuring.measured();
    const { rows } = await database.query(
      'SELECT 1 FROM slates WHERE user_key = $1 UNION ALL SELECT 1 FROM user_groups',
      [userKeyOf('ann')],
    );
    expect(rows).toEqual([]);
    const receipts: Uint8Array[] = [];
    for await (const { value } of measuring.eventLog.read(TOPICS.erasureReceipts.name, { from: 'start' })) {
      receipts.push(TOPIC_CODECS.erasureReceipts.decode(value).receipt);
    }
    expect(receipts.map((receipt) => verifyReceipt(receipt, publicKey))).toMatchObject([
      {
        erasureId: 'er1',
        service: 'monitoring',
        erasedCounts: { slates: 2, outcomes: 1, predictions: 1, user_groups: 1 },
      },
    ]);
    expect((await series('slates')).points).toEqual(before);
  });

  it('dead-letters what nobody can read, and goes on', async () => {
    for (const topic of [
      'decisions',
      'interactions',
      'predictions',
      'entities',
      'models',
      'experiments',
      'dataQuality',
    ] as const) {
      await measuring.eventLog.append(TOPICS[topic].name, [{ key: 'x', value: Uint8Array.of(0xff, 0xff) }]);
    }
    await append(measuring.eventLog, 'decisions', [aDecision('d10', 'cat', AT)]);
    await measuring.measured();
    const [point] = (await series('slates', {}, 3_600)).points;
    expect(point!.value).toBeGreaterThan(0);
  });
});
