import { common, events, featureStore, strengthOf, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { type EventLog, openEventLog } from '@attune/event-log';
import { type ObjectStore, openObjectStore } from '@attune/object-store';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { DEVELOPMENT_SECRET, makeUserKeys } from '@attune/privacy';
import { anInteraction, anItem, aUser, seededRandom, useInfra } from '@attune/testkit';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { strengthSql } from '../src/storage/replay/timeline-sql';
import { type Started, startForTest } from './fleet';

const infra = useInfra();
const objects: ObjectStore = openObjectStore(infra.objectStoreUrl);
const keyOf = makeUserKeys(DEVELOPMENT_SECRET);
const START = Date.UTC(2026, 2, 1);
const SECOND = 1 / 3_600;
const at = (hours: number) => new Date(START + Math.round(hours * 3_600_000));

/** What the services of this file take for now. */
let now = at(0);
let store: Started;
let database: Database;
let log: EventLog;

// Time leaps by months here, and what is months old would leave for the archive while it is read.
const ALL_DAYS = { ATTUNE_FEATURE_STORE_HISTORY_DAYS: '3650', ATTUNE_FEATURE_STORE_DECISION_DAYS: '3650' };

const start = (settings: Record<string, string> = {}) =>
  startForTest(infra, { clock: () => now }, { ...ALL_DAYS, ...settings });

beforeAll(async () => {
  store = await start();
  const schema = schemaFor(infra.namespace, 'feature-store');
  database = await openDatabase({ url: infra.databaseUrl, schema, applicationName: 'test', maxConnections: 2 });
  log = await openEventLog({ redisUrl: infra.redisUrl, topicPrefix: infra.namespace, clientId: 'test' });
});

afterAll(async () => {
  await log[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

type Told = Partial<common.Interaction> & { readonly hour: number };

/** Tells of interactions at a moment, and waits until the history has them. */
async function tellAt(hour: number, told: readonly Told[]): Promise<void> {
  now = at(hour);
  const interactions = told.map(({ hour: when, ...rest }) => anInteraction({ ...rest, occurredAt: at(when) }));
  const { rejectedCount } = await store.client.recordInteractions({ interactions, producer: 'test' });
  expect(rejectedCount).toBe(0);
  await store.service.caughtUp();
}

type Question = Partial<featureStore.BuildTrainingSetRequest>;

const NO_NEGATIVES = { fromImpressions: false, sampledPerPositive: 0, seed: 0, engagementWindowSeconds: 0 };
const FROM_IMPRESSIONS = { ...NO_NEGATIVES, fromImpressions: true };

function requestOf(question: Question): featureStore.BuildTrainingSetRequest {
  const kind = featureStore.TrainingSetKind.LABELLED_EXAMPLES;
  return { ...featureStore.BuildTrainingSetRequest.create(), kind, ...question };
}

async function build(question: Question = {}, by: Started = store): Promise<featureStore.TrainingSet> {
  let dataset: featureStore.TrainingSet | undefined;
  for await (const progress of by.client.buildTrainingSet(requestOf(question))) dataset = progress.dataset;
  return dataset!;
}

type Row = Readonly<Record<string, unknown>>;

async function rowsOf({ objectKeys }: featureStore.TrainingSet): Promise<Row[]> {
  const rows: Row[] = [];
  for (const key of objectKeys) rows.push(...(await parquetReadObjects({ file: fileOf(await objects.get(key)) })));
  return rows;
}

function fileOf(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

/** The examples of a user that a question gives. */
async function examplesOf(userId: string, question: Question): Promise<Row[]> {
  const rows = await rowsOf(await build(question));
  return rows.filter((row) => row.user_key === keyOf(userId));
}

async function keysIn(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of objects.list(prefix)) keys.push(key);
  return keys;
}

const pick = (rows: readonly Row[], ...names: string[]) => rows.map((row) => names.map((name) => row[name]));

describe('what an example knows', () => {
  const userId = 'seer';
  const total = 'user_total_interactions';
  const example = (hour: number) => ({ userId, itemId: `shown-${hour}`, type: 'impression', hour });
  const seen = (hour: number) => ({ userId, itemId: `liked-${hour}`, type: 'view', hour });

  beforeAll(async () => {
    await tellAt(1 + SECOND, [seen(1)]);
    await tellAt(2 + 2 * SECOND, [example(2), seen(2 - SECOND)]);
    // Too late to count for what was live when it happened: five hours after it.
    await tellAt(6.5, [seen(1.5)]);
    await tellAt(7 + SECOND, [example(7)]);
    // An example that is filled in days later.
    await tellAt(200, [example(1.75)]);
  }, 60_000);

  const ask = async (question: Question = {}) => {
    const rows = await examplesOf(userId, { negatives: FROM_IMPRESSIONS, featureNames: [total], ...question });
    return pick(rows, 'item_id', total);
  };

  it('is what was known by its moment if it was live, and what had happened if it was filled in', async () => {
    now = at(300);
    expect(await ask()).toEqual([
      // the view a second before it was known two seconds after it, and the late one much later
      ['shown-2', 1],
      ['shown-7', 3],
      ['shown-1.75', 2],
    ]);
  });

  it('is nothing that became known after the moment that was asked for', async () => {
    expect(await ask({ knownAt: at(100) })).toEqual([
      ['shown-2', 1],
      ['shown-7', 3],
    ]);
    expect(await ask({ knownAt: at(40), to: at(6) })).toEqual([['shown-2', 1]]);
    expect(await ask({ knownAt: at(1.5) })).toEqual([]);
  });

  it('includes what items and users were then, not what they became', async () => {
    const changed = (category: string) => anItem({ itemId: 'changing', category });
    now = at(400);
    await store.client.upsertItems({ items: [changed('before')], requestId: '' });
    await store.service.caughtUp();
    const shown = (hour: number) => ({ userId: 'reader', itemId: 'changing', type: 'impression', hour });
    await tellAt(401, [shown(401)]);
    now = at(402);
    await store.client.upsertItems({ items: [changed('after')], requestId: '' });
    await store.service.caughtUp();
    await tellAt(403, [shown(403)]);
    await tellAt(500, [shown(300)]);
    const rows = await examplesOf('reader', { negatives: FROM_IMPRESSIONS, featureNames: ['item_category'] });
    expect(pick(rows, 'occurred_at', 'item_category')).toEqual([
      [at(401).getTime(), 'before'],
      [at(403).getTime(), 'after'],
      // filled in, and older than all that was told of the item: the first of it holds
      [at(300).getTime(), 'before'],
    ]);
  });
});

describe('labels', () => {
  const userId = 'labelled';
  const did = (type: string, itemId: string, hour: number, value?: number) => ({ userId, type, itemId, hour, value });

  beforeAll(async () => {
    await tellAt(1_001, [
      did('impression', 'liked', 1_000.1),
      did('click', 'liked', 1_000.2),
      did('like', 'liked', 1_000.3),
      did('impression', 'hidden', 1_000.1),
      did('like', 'hidden', 1_000.2),
      did('hide', 'hidden', 1_000.3),
      did('impression', 'ignored', 1_000.4),
      did('impression', 'later', 1_000.5),
      did('view', 'viewed', 1_000.6),
      did('share', 'direct', 1_000.7),
      did('rating', 'good', 1_000.8, 5),
      did('rating', 'bad', 1_000.9, 2),
      did('rating', 'neither', 1_000.9, 3),
    ]);
    await tellAt(1_026, [did('like', 'later', 1_025.9)]);
    await tellAt(1_050, [did('impression', 'open', 1_049.9)]);
    now = at(1_060);
  }, 60_000);

  const ask = async (question: Question = {}) => {
    const rows = await examplesOf(userId, {
      ...{ from: at(1_000), to: at(1_060), negatives: FROM_IMPRESSIONS, featureNames: ['item_views'] },
      ...question,
    });
    return pick(rows, 'item_id', 'source', 'label', 'strength');
  };

  it('are those of the strongest engagement within a day of the impression', async () => {
    expect(await ask()).toEqual([
      ['liked', 'impression', 1, 1],
      ['hidden', 'impression', 0, -2],
      ['ignored', 'impression', 0, 0],
      ['later', 'impression', 0, 0],
      ['direct', 'engagement', 1, 2],
      ['good', 'engagement', 1, 1],
      ['bad', 'engagement', 0, -0.5],
      ['later', 'engagement', 1, 1],
    ]);
  });

  it('tell apart what was done within the window, beside the strongest of it', async () => {
    const rows = await examplesOf(userId, {
      ...{ from: at(1_000), to: at(1_060), negatives: FROM_IMPRESSIONS, featureNames: ['item_views'] },
    });
    expect(pick(rows, 'item_id', 'did_click', 'did_like', 'did_comment', 'did_share')).toEqual([
      ['liked', 1, 1, 0, 0],
      ['hidden', 0, 1, 0, 0],
      ['ignored', 0, 0, 0, 0],
      ['later', 0, 0, 0, 0],
      ['direct', 0, 0, 0, 1],
      ['good', 0, 0, 0, 0],
      ['bad', 0, 0, 0, 0],
      ['later', 0, 1, 0, 0],
    ]);
  });

  it('leave out impressions without engagement unless they are asked for', async () => {
    expect((await ask({ negatives: NO_NEGATIVES })).map(([itemId, source]) => `${itemId} ${source}`)).toEqual([
      ...['liked impression', 'hidden impression', 'direct engagement', 'good engagement', 'bad engagement'],
      'later engagement',
    ]);
  });

  it('follow the rule, the threshold and the window of the question', async () => {
    const labelRule = { strengths: { click: 2, view: 1, hide: -1 }, positiveThreshold: 1.5 };
    const negatives = { ...FROM_IMPRESSIONS, engagementWindowSeconds: 0.15 * 3_600 };
    expect(await ask({ labelRule, negatives })).toEqual([
      ['liked', 'impression', 1, 2],
      ['hidden', 'impression', 0, 0],
      ['hidden', 'engagement', 0, -1],
      ['ignored', 'impression', 0, 0],
      ['later', 'impression', 0, 0],
      ['viewed', 'engagement', 0, 1],
      ['open', 'impression', 0, 0],
    ]);
  });

  it('have the strengths that the contracts give, of every type and value', async () => {
    const types = ['rating', 'like', 'hide', 'view', 'share', 'impression'];
    const strengths = Object.fromEntries(types.map((type) => [type, strengthOf(type)]));
    const sql = strengthSql({ strengths, positiveThreshold: 0 });
    const values = [null, 0, 1, 2.5, 3, 4, 5, 6];
    const { rows } = await database.query<{ type: string; value: number | null; strength: number | null }>(
      `SELECT type, value, ${sql} AS strength FROM unnest($1::text[]) AS type, unnest($2::float8[]) AS value`,
      [[...types, 'click'], values],
    );
    expect(rows).toHaveLength(8 * 7);
    for (const { type, value, strength } of rows) {
      const expected = type in strengths ? strengthOf(type, value ?? undefined) : 0;
      expect([type, value, strength ?? 0]).toEqual([type, value, expected]);
    }
  });

  it('are not made of events that were flagged, nor changed by them, unless they are asked for', async () => {
    const some = { from: at(2_000), to: at(2_010), negatives: FROM_IMPRESSIONS, featureNames: ['item_likes'] };
    const bot = (type: string, itemId: string, hour: number) => ({ userId: 'bot', type, itemId, hour });
    await tellAt(2_001, [bot('impression', 'a', 2_000), bot('like', 'a', 2_000.5), bot('like', 'b', 2_000.6)]);
    await tellAt(2_002, [bot('like', 'a', 2_001.5)]);
    await database.query("UPDATE interactions SET flags = '{rate}' WHERE user_id = 'bot' AND type = 'like'");
    now = at(2_050);
    expect(pick(await examplesOf('bot', some), 'item_id', 'label')).toEqual([['a', 0]]);
    const all = await examplesOf('bot', { ...some, includeFlagged: true });
    expect(pick(all, 'item_id', 'label', 'item_likes')).toEqual([
      ['a', 1, Number.NaN],
      ['b', 1, Number.NaN],
    ]);
  }, 60_000);
});

describe('negatives that are sampled', () => {
  const names = ['user_total_interactions', 'item_likes', 'user_item_already_seen'];
  const ask = (seed: number) => ({
    ...{ from: at(3_002), to: at(3_003), featureNames: names },
    negatives: { ...NO_NEGATIVES, sampledPerPositive: 3, seed },
  });

  it('are items that were known at the moment and that the user did nothing with', async () => {
    const likes = Array.from({ length: 10 }, (_, n) => ({ userId: 'other', itemId: `sample-${n}`, hour: 3_000.1 }));
    await tellAt(3_001, [
      ...likes,
      ...['sample-1', 'sample-2'].map((itemId) => ({ userId: 'me', itemId, hour: 3_000.5 })),
    ]);
    await tellAt(3_002.6, [{ userId: 'me', itemId: 'sample-0', hour: 3_002.5 }]);
    await tellAt(3_004, [{ userId: 'other', itemId: 'sample-later', hour: 3_003.5 }]);
    // nothing of the scenes before: what is known is drawn from
    const rows = await examplesOf('me', ask(1));
    const [positive, ...sampled] = rows;
    expect(pick([positive!], 'item_id', 'source', 'label')).toEqual([['sample-0', 'engagement', 1]]);
    expect(sampled).toHaveLength(3);
    const drawn = sampled.map((row) => row.item_id);
    expect(new Set(drawn).size).toBe(3);
    for (const itemId of ['sample-0', 'sample-1', 'sample-2', 'sample-later']) expect(drawn).not.toContain(itemId);
    for (const row of sampled) {
      expect(pick([row], 'source', 'label', 'strength', 'occurred_at', 'user_total_interactions')).toEqual([
        ['sampled', 0, 0, at(3_002.5).getTime(), 2],
      ]);
      expect(row.user_item_already_seen).toBe(0);
    }
    expect(pick(await examplesOf('me', ask(1)), 'item_id')).toEqual(pick(rows, 'item_id'));
    const others = await Promise.all([2, 3, 4].map((seed) => examplesOf('me', ask(seed))));
    expect(others.some((rowsOfSeed) => `${pick(rowsOfSeed, 'item_id')}` !== `${pick(rows, 'item_id')}`)).toBe(true);
  }, 60_000);
});

describe('what was served', () => {
  const number = (name: string, value: number): common.FeatureValue => ({
    ...{ name, updatedAt: undefined },
    value: { $case: 'number', value },
  });
  const missing = (name: string): common.FeatureValue => ({
    ...{ name, updatedAt: undefined },
    value: { $case: 'missing', value: common.MissingReason.EXPIRED },
  });

  it('is preferred to what would be computed, also that there was no value', async () => {
    const decided = { itemId: 'slate-1', position: 0, score: 1, propensity: 1 };
    const decision = events.DecisionRecord.fromPartial({
      ...{ decisionId: 'served-1', userId: 'served', surface: 'home', decidedAt: at(4_000), requestedCount: 1 },
      ...{ strategy: 'popularity_based', strategyPropensity: 1, variant: undefined, sources: [], filters: [] },
      slate: [{ ...decided, features: [number('item_likes', 41), missing('item_views')] }],
      ...{ runnersUp: [], models: [], degraded: [], traceId: '', latencyMs: 1, context: {}, candidateCount: 1 },
      ...{ userFeatures: [number('user_total_interactions', 17)], personalization: 1 },
    });
    const value = TOPIC_CODECS.decisions.encode({ decision }).finish();
    await log.append(TOPICS.decisions.name, [{ key: 'served', value }]);
    const shown = { userId: 'served', decisionId: 'served-1', type: 'impression', hour: 4_000.1 };
    await tellAt(4_000.2, [
      { ...shown, itemId: 'slate-1' },
      { ...shown, itemId: 'not-of-the-slate' },
      { ...shown, itemId: 'slate-1', decisionId: 'unknown', hour: 4_000.15 },
      // whoever names somebody else's decision does not get what it was made with
      { ...shown, itemId: 'slate-1', userId: 'stranger' },
    ]);
    now = at(4_100);
    const featureNames = ['user_total_interactions', 'item_likes', 'item_views', 'user_item_already_seen'];
    const question = { from: at(4_000), to: at(4_001), negatives: FROM_IMPRESSIONS, featureNames };
    const dataset = await build(question);
    const names = ['served', 'user_total_interactions', 'item_likes', 'item_views', 'user_item_already_seen'];
    const rows = await rowsOf(dataset);
    const NONE = Number.NaN;
    expect(
      pick(
        rows.filter((row) => row.user_key === keyOf('served')),
        'item_id',
        ...names,
      ),
    ).toEqual([
      ['slate-1', 1, 17, 41, NONE, NONE],
      ['not-of-the-slate', 1, 17, NONE, NONE, NONE],
      ['slate-1', 0, NONE, NONE, NONE, NONE],
    ]);
    expect(
      pick(
        rows.filter((row) => row.user_key === keyOf('stranger')),
        'served',
      ),
    ).toEqual([[0]]);
    expect(dataset.servedRowCount).toBe(2);
  }, 60_000);
});

describe('users who refuse that models are trained with what they do', () => {
  const question = { from: at(5_000), to: at(5_001), featureNames: ['item_likes'] };

  it('are in neither kind of training set, from the moment on that the fleet knew of it', async () => {
    await tellAt(5_000.5, [
      { userId: 'shy', itemId: 'loved', hour: 5_000.1 },
      { userId: 'open', itemId: 'loved', hour: 5_000.2 },
    ]);
    now = at(5_001);
    const consent = { personalization: undefined, training: false, experiments: undefined };
    await store.client.upsertUsers({ users: [aUser({ userId: 'shy', consent })], requestId: '' });
    await store.service.caughtUp();
    now = at(5_002);
    const { INTERACTIONS } = featureStore.TrainingSetKind;
    for (const kind of [INTERACTIONS, requestOf({}).kind]) {
      const dataset = await build({ ...question, kind });
      expect((await rowsOf(dataset)).map((row) => row.user_key)).toEqual([keyOf('open')]);
      expect(dataset).toMatchObject({ leftOutUserCount: 1, rowCount: 1, userCount: 1 });
      const before = await build({ ...question, kind, knownAt: at(5_000.9) });
      expect((await rowsOf(before)).map((row) => row.user_key).sort()).toEqual([keyOf('open'), keyOf('shy')].sort());
      expect(before.leftOutUserCount).toBe(0);
    }
  }, 60_000);
});

describe('a finished set', () => {
  const random = seededRandom(5);
  const upTo = (count: number) => Math.floor(random() * count);
  const HOURS = 40;
  const question: Question = {
    ...{ from: at(6_000), to: at(6_100), negatives: { ...FROM_IMPRESSIONS, sampledPerPositive: 2, seed: 9 } },
    split: { validationShare: 0.2, testShare: 0.1 },
  };

  beforeAll(async () => {
    now = at(6_000);
    const items = Array.from({ length: 80 }, (_, n) =>
      anItem({ itemId: `many-${n}`, category: `c${n % 7}`, tags: [`t${n % 11}`], authorId: `crowd-${n}` }),
    );
    await store.client.upsertItems({ items, requestId: '' });
    const types = ['impression', 'impression', 'view', 'like', 'share', 'hide'];
    const told = Array.from({ length: 4_000 }, () => ({
      ...{ userId: `crowd-${upTo(400)}`, itemId: `many-${upTo(80)}`, type: types[upTo(types.length)]! },
      hour: 6_000 + random() * HOURS,
    }));
    await tellAt(6_000 + HOURS, told);
    now = at(6_200);
  }, 60_000);

  it('is the same bytes for an equal question, whatever memory and however many threads make it', async () => {
    const first = await build(question);
    for (const [threads, megabytes] of [
      ['1', '1'],
      ['3', '1'],
    ]) {
      const settings = {
        ATTUNE_FEATURE_STORE_REPLAY_THREADS: threads!,
        ATTUNE_FEATURE_STORE_REPLAY_STATE_MB: megabytes!,
      };
      await using other = await start(settings);
      expect(await build(question, other)).toEqual(first);
    }
    const { negatives } = question;
    const reseeded = await build({ ...question, negatives: { ...negatives!, seed: 10 } });
    expect(reseeded.contentHash).not.toBe(first.contentHash);
  }, 120_000);

  it('counts what it holds, and says so beside its files and in them', async () => {
    const dataset = await build(question);
    const rows = await rowsOf(dataset);
    expect(dataset.rowCount).toBe(rows.length);
    expect(dataset.userCount).toBe(new Set(rows.map((row) => row.user_key)).size);
    expect(dataset.itemCount).toBe(new Set(rows.map((row) => row.item_id)).size);
    expect(dataset.positiveCount).toBe(rows.filter((row) => row.label === 1).length);
    const likes = dataset.columns.find(({ name }) => name === 'item_likes')!;
    const values = rows.map((row) => row.item_likes as number).filter((value) => !Number.isNaN(value));
    expect(likes).toMatchObject({ count: values.length, missingCount: rows.length - values.length });
    expect(likes.max).toBe(Math.max(...values));
    expect(likes.mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 9);
    const manifest = JSON.parse(
      Buffer.from(await objects.get(`datasets/${dataset.datasetId}/dataset.json`)).toString(),
    );
    expect(manifest).toMatchObject({
      kind: 'labelled_examples',
      rowCount: rows.length,
      labelRule: { positiveThreshold: 0 },
    });
    expect(manifest.featureSchemaHash).toBe(dataset.featureSchemaHash);
    const { key_value_metadata } = parquetMetadata(fileOf(await objects.get(dataset.objectKeys[0]!)));
    expect(JSON.parse(key_value_metadata![0]!.value!).featureSchemaHash).toBe(dataset.featureSchemaHash);
  }, 60_000);

  it('is split by time, so that what tests is later than what trains', async () => {
    const dataset = await build(question);
    const rows = (await rowsOf(dataset)).filter((row) => row.source !== 'sampled');
    const momentsOf = (split: string) =>
      rows.filter((row) => row.split === split).map((row) => row.occurred_at as number);
    const [train, validation, test] = ['train', 'validation', 'test'].map(momentsOf) as [number[], number[], number[]];
    expect(Math.max(...train)).toBeLessThan(Math.min(...validation));
    expect(Math.max(...validation)).toBeLessThan(Math.min(...test));
    // shares are exact to one example where no two are of one moment
    expect(Math.abs(validation.length - 0.2 * rows.length)).toBeLessThanOrEqual(2);
    expect(Math.abs(test.length - 0.1 * rows.length)).toBeLessThanOrEqual(2);
    const all = Object.values(dataset.rowsPerSplit).reduce((sum, count) => sum + count, 0);
    expect(all).toBe(dataset.rowCount);
  }, 60_000);

  it('is registered, so that an erasure finds it', async () => {
    const { datasetId } = await build(question);
    const { rows } = await database.query('SELECT kind, deleted_at FROM datasets WHERE dataset_id = $1', [datasetId]);
    expect(rows).toEqual([{ kind: 'labelled_examples', deleted_at: null }]);
  }, 60_000);

  it('can be empty', async () => {
    const dataset = await build({ ...question, from: at(0), to: at(0.5) });
    expect(dataset).toMatchObject({ rowCount: 0, userCount: 0, firstAt: undefined });
    expect(await rowsOf(dataset)).toEqual([]);
  }, 60_000);
});

describe('a build', () => {
  it('that its caller gives up leaves nothing behind, at whatever moment', async () => {
    await using other = await start();
    const before = await keysIn('datasets/');
    for (const fraction of [0, 0.01, 0.25, 0.5]) {
      const calling = new AbortController();
      const call = async () => {
        const question = requestOf({ negatives: { ...FROM_IMPRESSIONS, sampledPerPositive: 3 } });
        for await (const progress of other.client.buildTrainingSet(question, { signal: calling.signal })) {
          if (progress.fraction >= fraction) calling.abort();
        }
      };
      await expect(call()).rejects.toMatchObject({ code: expect.stringMatching(/^cancelled/) });
    }
    await other[Symbol.asyncDispose]();
    expect(await keysIn('datasets/')).toEqual(before);
    const { rows } = await database.query("SELECT FROM pg_class WHERE relname IN ('replayed', 'left_out')");
    expect(rows).toEqual([]);
  }, 60_000);

  it('is refused with everything that is wrong with its question', async () => {
    const wrong = {
      labelRule: { strengths: { lke: 1 }, positiveThreshold: -1 },
      negatives: { ...NO_NEGATIVES, sampledPerPositive: 1_000, engagementWindowSeconds: -1 },
      split: { validationShare: 0.9, testShare: 0.1 },
      featureNames: ['user_trust'],
    };
    const violations = [
      ...['label_rule.strengths[lke]', 'label_rule.positive_threshold', 'negatives.sampled_per_positive'],
      ...['negatives.engagement_window_seconds', 'split', 'feature_names[0]'],
    ].map((field) => expect.objectContaining({ field }));
    await expect(build(wrong)).rejects.toMatchObject({ violations });
  });
});
