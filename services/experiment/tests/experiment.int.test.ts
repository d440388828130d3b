import { TOPIC_CODECS, TOPICS, experiment as wire } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import type { Database } from '@attune/postgres';
import { compareEstimates, compareVariants, momentsOf, pairMomentsOf, quantileEstimate } from '@attune/statistics';
import { until, useInfra } from '@attune/testkit';
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

  it('have quantiles and covariates as the statistics have them, as a whole and by attribute, where an empty one is none', async () => {
    await create('deep', { secondaryMetrics: ['p50:latency_ms', 'clicks_per_user', 'per_user:view'] });
    const users = Array.from({ length: 80 }, (_, number) => ({
      ...{ userId: `deep-${number}`, variant: number % 2 === 0 ? 'control' : 'treatment' },
      ...{ slates: 1 + (number % 3), before: number % 5, after: (number % 5) + (number % 7 === 0 ? 1 : 0) },
      country: number % 4 < 2 ? 'de' : '',
    }));
    const clicks = (when: 'before' | 'after') =>
      users.flatMap(({ userId, [when]: count }) =>
        Array.from({ length: count }, (_, at) => ({ eventId: `${userId}-${when}-${at}`, userId, at: clock.now() })),
      );
    await appendEvents(eventLog, clicks('before'));
    // more than fourteen days before the exposure is too long ago
    const longAgo = new Date(clock.now().getTime() - 15 * 24 * 60 * MINUTE_MS);
    await appendEvents(eventLog, [{ eventId: 'deep-long-ago', userId: 'deep-0', at: longAgo }]);
    clock.pass(MINUTE_MS);
    await start('deep');
    clock.pass(MINUTE_MS);
    const latencyOf = (number: number, at: number) => 10 + ((number * 37 + at * 11) % 90);
    await appendSlates(
      eventLog,
      users.flatMap(({ userId, variant, slates, country }, number) =>
        Array.from({ length: slates }, (_, at) => ({
          ...{ decisionId: `${userId}-${at}`, userId, at: clock.now(), variants: { deep: variant } },
          ...{ context: { country }, latencyMs: latencyOf(number, at) },
        })),
      ),
    );
    await appendEvents(eventLog, clicks('after'));
    await replica.service.caughtUp();
    clock.pass(MINUTE_MS);
    const found = await results('deep', { segmentBy: 'country', byDay: true });
    const resultOf = (metric: string, segment = '') =>
      found.results.find((one) => one.metric === metric && one.segment === segment)!;

    const median = (only: (user: (typeof users)[number]) => boolean) => {
      const rows = users.flatMap((user, number) =>
        only(user) ? Array.from({ length: user.slates }, (_, at) => ({ number, value: latencyOf(number, at) })) : [],
      );
      const numbers = [...new Set(rows.map(({ number }) => number))];
      const units = Int32Array.from(rows, ({ number }) => numbers.indexOf(number));
      return quantileEstimate({ values: Float64Array.from(rows, ({ value }) => value), units }, 0.5);
    };
    const [one, other] = ['control', 'treatment'].map((name) => median(({ variant }) => variant === name));
    const whole = compareEstimates(one!, other!);
    expect(resultOf('p50:latency_ms')).toMatchObject({ controlValue: one!.mean, value: other!.mean });
    expect(resultOf('p50:latency_ms').rawPValue).toBeCloseTo(whole.pValue, 12);
    expect(resultOf('p50:latency_ms').differenceLow).toBeCloseTo(whole.low, 9);
    const german = median(({ variant, country }) => variant === 'control' && country === 'de');
    expect(resultOf('p50:latency_ms', 'de').controlValue).toBe(german.mean);
    expect([...new Set(found.results.map(({ segment }) => segment))]).toEqual(['', '(none)', 'de']);
    const ofDay = found.days.find(({ metric, variant }) => metric === 'p50:latency_ms' && variant === 'control')!;
    expect(ofDay).toMatchObject({ value: one!.mean, unitCount: 40 });
    expect(ofDay.standardError).toBeCloseTo(one!.standardError, 9);

    const sums = (name: string) => {
      const own = users.filter(({ variant }) => variant === name);
      const [x, y] = [own.map(({ before }) => before), own.map(({ after }) => after)];
      return { kind: 'mean' as const, moments: momentsOf(y), covariate: pairMomentsOf(x, y) };
    };
    const expected = compareVariants({ control: sums('control'), treatment: sums('treatment'), tunedFor: 1_000 });
    if (expected.status !== 'compared') throw new Error(expected.reason);
    const clicked = resultOf('clicks_per_user');
    expect(clicked.varianceReduction).toBeCloseTo(expected.cuped!.varianceReduction, 9);
    expect(clicked.varianceReduction).toBeGreaterThan(0.8);
    expect(clicked.rawPValue).toBeCloseTo(expected.cuped!.pValue, 9);
    expect(resultOf('per_user:view')).toMatchObject({ note: expect.stringMatching(/do not vary/), pValue: 1 });
    expect(resultOf('per_user:view').falseDiscoveryPValue).toBe(1);
    await stop('deep');
  });

  it('have intervals of 95 % for one look with any number of variants', async () => {
    await create('four', {
      variants: ['a', 'b', 'c', 'd'].map((name) => ({ name, weight: 0.25, parameters: {} })),
    });
    await start('four');
    clock.pass(MINUTE_MS);
    const users = Array.from({ length: 200 }, (_, number) => ({
      userId: `four-${number}`,
      variant: 'abcd'[number % 4]!,
    }));
    await appendSlates(
      eventLog,
      users.map(({ userId, variant }) => ({
        ...{ decisionId: `s-${userId}`, userId, at: clock.now(), variants: { four: variant } },
      })),
    );
    await appendEvents(
      eventLog,
      users
        .filter((_, number) => number % 3 === 0)
        .map(({ userId }) => ({ eventId: `c-${userId}`, userId, decisionId: `s-${userId}`, at: clock.now() })),
    );
    await replica.service.caughtUp();
    clock.pass(MINUTE_MS);
    const [first] = (await results('four')).results;
    const clicksOf = (name: string) => {
      const own = users.map(({ variant }, number) => ({ variant, y: number % 3 === 0 ? 1 : 0 }));
      const y = own.filter(({ variant }) => variant === name).map((user) => user.y);
      return {
        kind: 'ratio' as const,
        pairs: pairMomentsOf(
          y.map(() => 1),
          y,
        ),
      };
    };
    const expected = compareVariants({ control: clicksOf('a'), treatment: clicksOf('b'), confidence: 0.95 });
    if (expected.status !== 'compared') throw new Error(expected.reason);
    expect(first!.differenceLow).toBeCloseTo(expected.low, 12);
    expect(first!.differenceHigh).toBeCloseTo(expected.high, 12);
    await stop('four');
  });

  it('are there before anybody came, and say what is missing', async () => {
    await create('empty');
    await start('empty');
    clock.pass(MINUTE_MS);
    const found = await results('empty');
    expect(found.results).toMatchObject([{ metric: 'click_rate', note: 'control has no units yet' }]);
    expect(found.recommendation).toMatch(/click_rate of "treatment" cannot be compared yet/);
    await stop('empty');
  });

  it('are not worked out any further when nobody waits for them', async () => {
    await create('left');
    await start('left');
    clock.pass(MINUTE_MS);
    const gone = new AbortController();
    const busy = async () => {
      const { rows } = await database.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'
         AND query LIKE '%units AS MATERIALIZED%'`,
      );
      return rows[0]!.n;
    };
    await database.transaction(async (tx) => {
      await tx.query('LOCK TABLE slates IN ACCESS EXCLUSIVE MODE');
      const request = wire.GetResultsRequest.fromPartial({ experimentId: 'left' });
      const asked = replica.client.getResults(request, { signal: gone.signal });
      await until('the facts are asked', async () => (await busy()) === 1);
      gone.abort();
      await expect(asked).rejects.toThrow();
      await until('the statement is cancelled', async () => (await busy()) === 0);
    });
    await stop('left');
  });

  it('say so where facts are as old as not to be kept', async () => {
    await create('old');
    await start('old');
    clock.pass(MINUTE_MS);
    expect((await results('old')).warnings).toEqual([]);
    clock.pass(91 * 24 * 60 * MINUTE_MS);
    expect((await results('old')).warnings).toEqual([
      expect.stringMatching(/^facts from before \d{4}-.* are not kept/),
    ]);
    await stop('old');
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
