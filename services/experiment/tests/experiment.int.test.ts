import { TOPIC_CODECS, TOPICS, experiment as wire } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import type { Database } from '@attune/postgres';
import { compareVariants, pairMomentsOf } from '@attune/statistics';
import { useInfra } from '@attune/testkit';
import {
  aClock,
  anExperiment,
  appendEvents,
  appendSlates,
  openLog,
  openTables,
  type Replica,
  startReplica,
} from './a-fleet';

jest.setTimeout(60_000);
const infra = useInfra();
const clock = aClock('2026-05-01T12:00:00Z');
const MINUTE_MS = 60_000;

let replica: Replica;
let eventLog: EventLog;
let database: Database;

beforeAll(async () => {
  replica = await startReplica(infra, { clock: clock.now });
  eventLog = await openLog(infra);
  database = await openTables(infra);
});

afterAll(async () => {
  await replica[Symbol.asyncDispose]();
  await eventLog[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const create = async (experimentId: string, rest: object = {}) =>
  (await replica.client.createExperiment({ experiment: anExperiment({ experimentId, ...rest }), requestId: '' }))
    .experiment!;
const start = async (experimentId: string, reason = 'go') =>
  (await replica.client.startExperiment({ experimentId, reason, requestId: '' })).experiment!;
const stop = async (experimentId: string, pause = false) =>
  (await replica.client.stopExperiment({ experimentId, pause, reason: 'enough', requestId: '' })).experiment!;
const results = (experimentId: string, rest: object = {}) =>
  replica.client.getResults(wire.GetResultsRequest.fromPartial({ experimentId, ...rest }));
const assign = async (unitId: string, rest: object = {}) =>
  (await replica.client.assign(wire.AssignRequest.fromPartial({ unitId, ...rest }))).assignments;
const rows = async (table: string, where = 'true') =>
  (await database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE ${where}`)).rows[0]!.n;

describe('an experiment', () => {
  it('is a draft, runs, pauses, goes on and stops, with all of it in its history and in the log', async () => {
    expect(await create('life')).toMatchObject({
      ...{ experimentId: 'life', state: wire.ExperimentState.DRAFT, version: 1, reservedShare: 1, layerStart: 0 },
    });
    expect((await start('life')).state).toBe(wire.ExperimentState.RUNNING);
    expect((await stop('life', true)).state).toBe(wire.ExperimentState.PAUSED);
    expect((await start('life')).startedAt).toEqual(clock.now());
    expect(await stop('life')).toMatchObject({ state: wire.ExperimentState.STOPPED, version: 5 });
    const { changes } = await replica.client.listExperimentChanges({
      experimentId: 'life',
      pageSize: 0,
      pageToken: '',
    });
    expect(changes.map(({ sequence, change, actor }) => [sequence, change, actor])).toEqual([
      [5, 'stopped', 'test'],
      [4, 'started', 'test'],
      [3, 'paused', 'test'],
      [2, 'started', 'test'],
      [1, 'created', 'test'],
    ]);
    const published = [];
    for await (const { key, value } of eventLog.read(TOPICS.experiments.name, { from: 'start' })) {
      if (key === 'life') published.push(TOPIC_CODECS.experiments.decode(value).experiment!.version);
    }
    expect(published).toEqual([1, 2, 3, 4, 5]);
  });

  it('has a history that nobody can rewrite', async () => {
    await expect(database.query('DELETE FROM experiment_changes')).rejects.toThrow(/append-only/);
    await expect(database.query("UPDATE experiment_changes SET actor = 'x'")).rejects.toThrow(/append-only/);
  });

  it('is listed newest first, page by page', async () => {
    clock.pass(MINUTE_MS);
    await create('page-1');
    clock.pass(MINUTE_MS);
    await create('page-2');
    const first = await replica.client.listExperiments({ state: 0, pageSize: 1, pageToken: '' });
    expect(first.experiments.map(({ experimentId }) => experimentId)).toEqual(['page-2']);
    const second = await replica.client.listExperiments({ state: 0, pageSize: 1, pageToken: first.nextPageToken });
    expect(second.experiments.map(({ experimentId }) => experimentId)).toEqual(['page-1']);
    for (const experimentId of ['page-1', 'page-2']) await stop(experimentId);
  });
});

describe('assignment', () => {
  it('gives the same variant every time, about half of the units each, and nobody when paused', async () => {
    await create('sticky');
    await start('sticky');
    const units = Array.from({ length: 200 }, (_, at) => `u${at}`);
    const variantsOf = async () => {
      const variants = [];
      for (const unit of units) variants.push((await assign(unit))[0]?.variant);
      return variants;
    };
    const first = await variantsOf();
    expect(await variantsOf()).toEqual(first);
    // 200 fair coins: five standard deviations are 35
    expect(Math.abs(first.filter((variant) => variant === 'treatment').length - 100)).toBeLessThan(36);
    await stop('sticky', true);
    expect(await assign('u1')).toEqual([]);
    await stop('sticky');
  });

  it('logs an exposure once per unit and day', async () => {
    await create('exposed');
    await start('exposed');
    for (let time = 0; time < 3; time++) await assign('u1', { logExposure: true, attributes: { country: 'de' } });
    clock.pass(24 * 60 * MINUTE_MS);
    await assign('u1', { logExposure: true });
    await assign('u2');
    await replica.service.caughtUp();
    expect(await rows('exposures', "experiment_id = 'exposed'")).toBe(2);
    expect(await rows('exposed_units', "experiment_id = 'exposed' AND attributes ->> 'country' = 'de'")).toBe(1);
    await stop('exposed');
  });
});

/** Users with slates and clicks of both variants, by hand: [slates, slates with a click] each. */
const CONTROL = [
  [2, 1],
  [3, 0],
  [1, 1],
  [4, 1],
] as const;
const TREATMENT = [
  [2, 2],
  [3, 2],
  [2, 0],
  [1, 1],
] as const;

function factsOf(experimentId: string) {
  const users = [
    ...CONTROL.map(([slates, clicked], at) => ({
      variant: 'control',
      userId: `${experimentId}-c${at}`,
      slates,
      clicked,
    })),
    ...TREATMENT.map(([slates, clicked], at) => ({
      variant: 'treatment',
      userId: `${experimentId}-t${at}`,
      slates,
      clicked,
    })),
  ];
  const slates = users.flatMap(({ variant, userId, slates: count }) =>
    Array.from({ length: count }, (_, at) => ({
      ...{ decisionId: `${userId}-${at}`, userId, at: clock.now(), variants: { [experimentId]: variant } },
      context: { country: variant === 'control' || userId.endsWith('0') ? 'de' : 'fr' },
    })),
  );
  const events = users.flatMap(({ userId, clicked }) =>
    Array.from({ length: clicked }, (_, at) => ({
      ...{ eventId: `${userId}-click-${at}`, userId, decisionId: `${userId}-${at}`, at: clock.now() },
    })),
  );
  return { slates, events };
}

describe('results', () => {
  it('are those of the statistics on data counted by hand, however often and in whatever order facts come', async () => {
    await create('by-hand', {
      secondaryMetrics: ['slates_per_user', 'clicked_users', 'click_through_rate', 'p50:latency_ms'],
    });
    await start('by-hand');
    clock.pass(MINUTE_MS);
    const { slates, events } = factsOf('by-hand');
    // the interactions overtake their slates, and everything comes twice
    for (let time = 0; time < 2; time++) {
      await appendEvents(eventLog, [...events].reverse());
      await replica.service.caughtUp();
      await appendSlates(eventLog, [...slates].reverse());
      await replica.service.caughtUp();
    }
    clock.pass(MINUTE_MS);
    const found = await results('by-hand');
    expect(found.sampleRatio).toMatchObject({ passed: true, unitCounts: { control: 4, treatment: 4 } });
    const pairs = (of: readonly (readonly [number, number])[]) => ({
      kind: 'ratio' as const,
      pairs: pairMomentsOf(
        of.map(([x]) => x),
        of.map(([, y]) => y),
      ),
    });
    const expected = compareVariants({ control: pairs(CONTROL), treatment: pairs(TREATMENT), tunedFor: 1_000 });
    if (expected.status !== 'compared') throw new Error(expected.reason);
    const [clickRate] = found.results;
    expect(clickRate).toMatchObject({ metric: 'click_rate', variant: 'treatment', unitCount: 4, controlUnitCount: 4 });
    expect(clickRate!.value).toBeCloseTo(5 / 8, 12);
    expect(clickRate!.controlValue).toBeCloseTo(3 / 10, 12);
    expect(clickRate!.rawPValue).toBeCloseTo(expected.pValue, 12);
    expect(clickRate!.differenceLow).toBeCloseTo(expected.low, 12);
    expect(clickRate!.differenceHigh).toBeCloseTo(expected.high, 12);
    expect(clickRate!.pValue).toBeGreaterThanOrEqual(clickRate!.rawPValue);
    const byName = Object.fromEntries(found.results.map((one) => [one.metric, one]));
    expect(byName.slates_per_user).toMatchObject({ value: 2, controlValue: 2.5 });
    expect(byName.clicked_users).toMatchObject({ value: 0.75, controlValue: 0.75 });
    expect(byName.click_through_rate!.note).toMatch(/denominator/);
    expect(found.action).toBe('keep_running');
  });

  it('are parted by what was known of units, and by day', async () => {
    const found = await results('by-hand', { segmentBy: 'country', byDay: true });
    const rates = found.results.filter(({ metric }) => metric === 'click_rate');
    expect(rates.map(({ segment, unitCount, controlUnitCount }) => [segment, unitCount, controlUnitCount])).toEqual([
      ['', 4, 4],
      ['de', 1, 4],
      ['fr', 3, 0],
    ]);
    const days = found.days.filter(({ metric }) => metric === 'click_rate');
    expect(days.map(({ variant, unitCount }) => [variant, unitCount]).sort()).toEqual([
      ['control', 4],
      ['treatment', 4],
    ]);
    expect(days.find(({ variant }) => variant === 'treatment')!.value).toBeCloseTo(5 / 8, 12);
  });

  it('count nothing from before the first exposure, from after the end, of flagged events or beyond the window', async () => {
    await create('edges', { secondaryMetrics: ['clicks_per_user'] });
    const userId = 'edge-user';
    await appendSlates(eventLog, [{ decisionId: 'edge-0', userId, at: clock.now() }]);
    await start('edges');
    clock.pass(MINUTE_MS);
    const at = clock.now();
    const seen = { variants: { edges: 'control' } };
    await appendSlates(eventLog, [
      { decisionId: 'edge-1', userId, at, ...seen },
      { decisionId: 'edge-2', userId, at, ...seen },
    ]);
    await appendEvents(eventLog, [
      { eventId: 'edge-late', userId, decisionId: 'edge-1', at: new Date(at.getTime() + 25 * 60 * MINUTE_MS) },
      { eventId: 'edge-flagged', userId, decisionId: 'edge-2', at, flags: ['rate'] },
      { eventId: 'edge-before', userId, decisionId: 'edge-0', at: new Date(at.getTime() - 1) },
      // an event that names a slate of somebody else
      { eventId: 'edge-foreign', userId: 'somebody', decisionId: 'edge-2', at },
    ]);
    clock.pass(MINUTE_MS);
    await stop('edges');
    await appendSlates(eventLog, [{ decisionId: 'edge-3', userId, at: new Date(clock.now().getTime() + 1), ...seen }]);
    await replica.service.caughtUp();
    const found = await results('edges', { byDay: true });
    const control = Object.fromEntries(found.days.map(({ metric, value }) => [metric, value]));
    expect(control).toEqual({ click_rate: 0, clicks_per_user: 0 });
    expect(await rows('slates', "decision_id LIKE 'edge-%'")).toBe(4);
  });

  it('are withheld with the reason while units are lost', async () => {
    await create('lossy');
    await start('lossy');
    clock.pass(MINUTE_MS);
    const slates = Array.from({ length: 300 }, (_, at) => ({
      ...{ decisionId: `lossy-${at}`, userId: `lossy-${at}`, at: clock.now() },
      variants: { lossy: at < 200 ? 'control' : 'treatment' },
    }));
    await appendSlates(eventLog, slates);
    await replica.service.caughtUp();
    const found = await results('lossy');
    expect(found).toMatchObject({ results: [], guardrails: [], action: 'inconclusive' });
    expect(found.sampleRatio).toMatchObject({ passed: false, unitCounts: { control: 200, treatment: 100 } });
    expect(found.withheld!.message).toMatch(/control has 200 units where 150 are due/);
    expect(found.recommendation).toMatch(/withheld/);
    await stop('lossy');
  });
});
