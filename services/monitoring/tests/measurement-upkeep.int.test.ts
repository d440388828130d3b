import { findMetric } from '../src/domain/metrics/metric-catalogue';
import { valueOfSteps } from '../src/domain/metrics/value-of-steps';
import { PostgresSeriesUpkeep } from '../src/storage/postgres-series-upkeep';
import { makeKeepSeriesShort } from '../src/use-cases/keep-series-short';
import { anOutcome, aSlate, NOW, openTables, type Tables, useInfra } from './measurement-tables';

jest.setTimeout(60_000);
const infra = useInfra();
const DAY_MS = 86_400_000;
let tables: Tables;

beforeAll(async () => {
  tables = await openTables(infra, 'upkeep');
  const at = (minute: number) => new Date(Date.parse('2026-05-01T12:00:10Z') + minute * 60_000);
  const slates = Array.from({ length: 60 }, (_, n) => aSlate(`d${n}`, { at: at(n % 30), latencyMs: n + 1 }));
  await tables.facts.add({ slates, outcomes: [anOutcome('e1', { decisionId: 'd1' })] }, NOW);
  await tables.measure();
});
afterAll(() => tables[Symbol.asyncDispose]());

const settings = { factDays: 8, minuteDays: 8, seriesDays: 90 };
const keepShortAt = (now: Date) =>
  makeKeepSeriesShort({
    facts: tables.facts,
    series: new PostgresSeriesUpkeep(tables.database),
    clock: () => now,
    settings,
  })({
    signal: new AbortController().signal,
  });
const daysLater = (days: number) => new Date(NOW.getTime() + days * DAY_MS);

async function stepsOf(metric: string) {
  const series = await tables.series.read({ metric, labels: {}, from: new Date(0), to: daysLater(1) });
  return series.flatMap(({ steps }) => steps);
}

it('leaves everything as it is for a week', async () => {
  await keepShortAt(daysLater(7));
  expect(await stepsOf('slates')).toHaveLength(30);
  expect((await tables.database.query('SELECT 1 FROM slates')).rows).toHaveLength(60);
});

it('then makes hours of minutes without changing a value, and lets the facts go', async () => {
  const metrics = ['slates', 'click_rate', 'recommend_latency_ms', 'recommend_latency_p95_ms', 'coverage'];
  const before = await Promise.all(metrics.map(async (name) => valueOfSteps(findMetric(name)!, await stepsOf(name))));
  await keepShortAt(daysLater(9));
  const after = await Promise.all(metrics.map(async (name) => valueOfSteps(findMetric(name)!, await stepsOf(name))));
  expect(after).toEqual(before);
  expect(await stepsOf('slates')).toMatchObject([{ at: new Date('2026-05-01T12:00:00Z'), count: 60 }]);
  expect((await tables.database.query('SELECT 1 FROM slates UNION ALL SELECT 1 FROM outcomes')).rows).toHaveLength(0);
});

it('passes over facts that come in when their hour is closed', async () => {
  await tables.facts.add({ slates: [aSlate('late')] }, daysLater(9));
  await tables.measure();
  expect(await stepsOf('slates')).toMatchObject([{ count: 60 }]);
});

it('ends with no series at all', async () => {
  await keepShortAt(daysLater(91));
  expect((await tables.database.query('SELECT 1 FROM series')).rows).toEqual([]);
});
