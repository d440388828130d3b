import { seededRandom } from '@attune/testkit';
import type { OutcomeFact, SlateFact } from '../src/domain/facts';
import { findMetric } from '../src/domain/metrics/metric-catalogue';
import { valueOfSteps } from '../src/domain/metrics/value-of-steps';
import { makeMeasureTouched } from '../src/use-cases/measure-touched';
import { anOutcome, aSlate, NOW, openTables, type Tables, useInfra } from './measurement-tables';

jest.setTimeout(120_000);
const infra = useInfra();
const START = Date.parse('2026-05-01T12:00:00Z');
const MINUTES = 5;
const SLATES = 1_000;
const PLACES = 5;

interface Traffic {
  readonly slates: readonly SlateFact[];
  readonly outcomes: readonly OutcomeFact[];
}

/** Slates of five minutes; every place is clicked with a probability of its own, and some clicks come much later. */
function traffic(): Traffic {
  const random = seededRandom(7);
  const slates = Array.from({ length: SLATES }, (_, at) =>
    aSlate(`d${at}`, {
      userKey: `u${at % 90}`,
      at: new Date(START + Math.floor(random() * MINUTES * 60_000)),
      surface: random() < 0.5 ? 'home' : 'explore',
      models: [{ name: 'als', version: random() < 0.2 ? '2' : '1' }],
      itemIds: Array.from({ length: PLACES }, (_, place) => `i${at}-${place}`),
      latencyMs: 5 + random() * 20,
      isDegraded: random() < 0.05,
    }),
  );
  const outcomes = slates.flatMap(({ decisionId, userKey, at, itemIds }) =>
    itemIds.flatMap((itemId, place) => {
      const draw = random();
      if (draw > 0.2 / (place + 1)) return [];
      const delayMs = 1_000 + random() * 20 * 60_000;
      const named = random() < 0.7 ? { decisionId } : {};
      const type = draw < 0.02 ? 'hide' : 'click';
      const rest = { userKey, itemId, type, isWelcome: type === 'click', at: new Date(at.getTime() + delayMs) };
      return [anOutcome(`e-${decisionId}-${place}`, { ...rest, ...named })];
    }),
  );
  return { slates, outcomes };
}

const ALL = traffic();

/** What the minutes of a metric come to when they are counted one by one. */
function byHand(
  slates: readonly SlateFact[],
  measured: (slate: SlateFact) => number,
): Map<number, { count: number; sum: number }> {
  const minutes = new Map<number, { count: number; sum: number }>();
  for (const slate of slates) {
    const minute = slate.at.getTime() - (slate.at.getTime() % 60_000);
    const known = minutes.get(minute) ?? { count: 0, sum: 0 };
    minutes.set(minute, { count: known.count + 1, sum: known.sum + measured(slate) });
  }
  return minutes;
}

const isClicked = ({ itemIds }: SlateFact) =>
  Number(ALL.outcomes.some(({ itemId, type }) => type === 'click' && itemIds.includes(itemId)));
const isHidden = ({ itemIds }: SlateFact) =>
  Number(ALL.outcomes.some(({ itemId, type }) => type === 'hide' && itemIds.includes(itemId)));

async function takeInBatches(tables: Tables, { slates, outcomes }: Traffic, size: number): Promise<void> {
  for (let at = 0; at < slates.length; at += size) await tables.facts.add({ slates: slates.slice(at, at + size) }, NOW);
  for (let at = 0; at < outcomes.length; at += size)
    await tables.facts.add({ outcomes: outcomes.slice(at, at + size) }, NOW);
}

function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  return values
    .map((value) => ({ value, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value);
}

describe('a thousand slates and what came of them', () => {
  let reference: readonly string[];
  let tables: Tables;

  beforeAll(async () => {
    tables = await openTables(infra, 'reference');
    await takeInBatches(tables, ALL, 400);
    await tables.measure();
    reference = await tables.dump();
  });
  afterAll(() => tables[Symbol.asyncDispose]());

  it.each([
    ['click_rate', {}, ALL.slates, isClicked],
    ['hide_rate', {}, ALL.slates, isHidden],
    ['click_rate', { surface: 'home' }, ALL.slates.filter(({ surface }) => surface === 'home'), isClicked],
    [
      'click_rate',
      { model: 'als', version: '2' },
      ALL.slates.filter(({ models }) => models[0]!.version === '2'),
      isClicked,
    ],
    ['degraded_share', {}, ALL.slates, ({ isDegraded }: SlateFact) => Number(isDegraded)],
    ['slates', {}, ALL.slates, () => 1],
  ])('make the same %s of %j as counting by hand', async (metric, labels, slates, measured) => {
    const query = { metric, labels, from: new Date(START), to: NOW };
    const [series] = await tables.series.read(query);
    const counted = new Map(series!.steps.map(({ at, count, sum }) => [at.getTime(), { count, sum }]));
    expect(counted).toEqual(byHand(slates, measured));
  });

  it('have a 99th percentile of latency that is within 1 % of the exact one', async () => {
    const metric = findMetric('recommend_latency_p99_ms')!;
    const [series] = await tables.series.read({ metric: metric.name, labels: {}, from: new Date(START), to: NOW });
    const exact = ALL.slates.map(({ latencyMs }) => latencyMs).sort((x, y) => x - y)[Math.floor(0.99 * (SLATES - 1))]!;
    const { value } = valueOfSteps(metric, series!.steps);
    expect(Math.abs(value! / exact - 1)).toBeLessThan(0.01);
    expect(Math.max(...series!.steps.map(({ sketch }) => sketch!.length))).toBeLessThan(4_000);
  });

  it('come to the same bytes when all of them come a second time', async () => {
    await takeInBatches(tables, ALL, 250);
    await tables.measure();
    expect(await tables.dump()).toEqual(reference);
  });

  it.each([1, 2])(
    'come to the same bytes in another order and in other batches, measured in between (%i)',
    async (seed) => {
      await using other = await openTables(infra, `order${seed}`);
      const half = { slates: shuffled(ALL.slates, seed), outcomes: shuffled(ALL.outcomes, seed) };
      await other.facts.add({ outcomes: half.outcomes.slice(0, 200) }, NOW);
      await takeInBatches(other, { slates: half.slates.slice(0, 600), outcomes: [] }, 170);
      await other.measure();
      await takeInBatches(other, half, 310);
      await other.measure();
      expect(await other.dump()).toEqual(reference);
    },
  );

  it('come to the same bytes when measuring dies between a write and the next', async () => {
    await using other = await openTables(infra, 'killed');
    await takeInBatches(other, ALL, 500);
    for (let survived = 0; survived < 6; survived++) {
      let left = survived;
      const store = {
        touched: other.store.touched.bind(other.store),
        labels: other.store.labels.bind(other.store),
        write: (measurement: Parameters<typeof other.store.write>[0]) => {
          if (left-- === 0) throw new Error('killed');
          return other.store.write(measurement);
        },
      };
      const dying = makeMeasureTouched({ facts: other.stepFacts, store });
      await dying([60, 3_600], { signal: new AbortController().signal }).catch(() => undefined);
    }
    await other.measure();
    expect(await other.dump()).toEqual(reference);
  });

  it('measure again what is touched while it is measured', async () => {
    await using other = await openTables(infra, 'meanwhile');
    await takeInBatches(other, { slates: ALL.slates, outcomes: [] }, 500);
    const store = {
      touched: other.store.touched.bind(other.store),
      labels: other.store.labels.bind(other.store),
      write: async (measurement: Parameters<typeof other.store.write>[0]) => {
        // they come in after the facts were read and before the series are written
        await takeInBatches(other, { slates: [], outcomes: ALL.outcomes }, 1_000);
        await other.store.write(measurement);
      },
    };
    await makeMeasureTouched({ facts: other.stepFacts, store })([60, 3_600], { signal: new AbortController().signal });
    await other.measure();
    expect(await other.dump()).toEqual(reference);
  });
});
