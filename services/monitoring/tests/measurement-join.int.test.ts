import { findMetric } from '../src/domain/metrics/metric-catalogue';
import { valueOfSteps } from '../src/domain/metrics/value-of-steps';
import type { FactBatch } from '../src/fact-ports';
import { anOutcome, aPrediction, aSlate, NOW, openTables, type Tables, useInfra } from './measurement-tables';

jest.setTimeout(60_000);
const infra = useInfra();
let count = 0;
let tables: Tables;

beforeEach(async () => {
  tables = await openTables(infra, `join${++count}`);
});
afterEach(() => tables[Symbol.asyncDispose]());

const AT = (time: string) => new Date(`2026-05-01T${time}Z`);

async function take(...batches: FactBatch[]): Promise<void> {
  for (const batch of batches) {
    await tables.facts.add(batch, NOW);
    await tables.measure();
  }
}

async function measured(metric: string, labels: Record<string, string> = {}) {
  const series = await tables.series.read({ metric, labels, from: AT('00:00:00'), to: AT('23:59:59') });
  return valueOfSteps(
    findMetric(metric)!,
    series.flatMap(({ steps }) => steps),
  );
}

describe('what an interaction counts for', () => {
  it('counts for the slate that it names', async () => {
    await take({ slates: [aSlate('d1'), aSlate('d2')] }, { outcomes: [anOutcome('e1', { decisionId: 'd1' })] });
    expect(await measured('click_rate')).toEqual({ value: 0.5, count: 2 });
  });

  it('counts once, however often it comes, and in the minute of its slate', async () => {
    const late = anOutcome('e1', { decisionId: 'd1', at: AT('12:29:00') });
    await take({ slates: [aSlate('d1')] }, { outcomes: [late, late] }, { outcomes: [late], slates: [aSlate('d1')] });
    const [series] = await tables.series.read({
      metric: 'click_rate',
      labels: {},
      from: AT('00:00:00'),
      to: AT('23:00:00'),
    });
    expect(series!.steps).toMatchObject([{ at: AT('12:00:00'), count: 1, sum: 1 }]);
  });

  it('counts when it comes in before its slate', async () => {
    await take({ outcomes: [anOutcome('e1', { decisionId: 'd1' })] }, { slates: [aSlate('d1')] });
    expect(await measured('click_rate')).toEqual({ value: 1, count: 1 });
  });

  it('counts without a decision for the last slate before it that has the item', async () => {
    const slates = [
      aSlate('d1'),
      aSlate('d2', { at: AT('12:01:10') }),
      aSlate('d3', { at: AT('12:02:10'), itemIds: ['x'] }),
    ];
    await take({ slates }, { outcomes: [anOutcome('e1', { at: AT('12:03:00') })] });
    const [series] = await tables.series.read({
      metric: 'click_rate',
      labels: {},
      from: AT('12:00:00'),
      to: AT('13:00:00'),
    });
    expect(series!.steps.map(({ sum }) => sum)).toEqual([0, 1, 0]);
  });

  it('moves to a slate that comes in late and is nearer', async () => {
    await take(
      { slates: [aSlate('d1')], outcomes: [anOutcome('e1', { at: AT('12:03:00') })] },
      { slates: [aSlate('d2', { at: AT('12:01:10') })] },
    );
    const [series] = await tables.series.read({
      metric: 'click_rate',
      labels: {},
      from: AT('12:00:00'),
      to: AT('13:00:00'),
    });
    expect(series!.steps.map(({ sum }) => sum)).toEqual([0, 1]);
  });

  it.each([
    ['another user', { userKey: 'bob' }],
    ['a day later', { at: AT('12:00:10'), decisionId: 'd0' }],
    ['an unknown decision', { decisionId: 'gone' }],
  ])('counts for nothing where it is of %s', async (_, changes) => {
    const slates = [aSlate('d1'), aSlate('d0', { at: new Date('2026-04-30T12:00:10Z') })];
    await take({ slates }, { outcomes: [anOutcome('e1', { decisionId: 'd1', ...changes })] });
    expect(await measured('click_rate')).toMatchObject({ value: 0 });
  });
});

describe('what is measured of a slate', () => {
  it('has places by what was engaged with', async () => {
    await take({
      slates: [aSlate('d1')],
      outcomes: [
        anOutcome('e1', { decisionId: 'd1', itemId: 'i1' }),
        anOutcome('e2', { decisionId: 'd1', itemId: 'i3', type: 'like' }),
      ],
    });
    const ideal = 1 + 1 / Math.log2(3);
    expect((await measured('ndcg@10')).value).toBeCloseTo((1 / Math.log2(3) + 1 / Math.log2(5)) / ideal, 12);
    expect((await measured('mrr')).value).toBe(0.5);
    expect((await measured('ctr')).value).toBe(0.2);
  });

  it('is kept by model, surface and segment, each without counting anything twice', async () => {
    const at = AT('11:00:00');
    await tables.facts.add(
      { userGroups: [{ userKey: 'ann', country: 'DE', language: '', ageBand: '18-24', at }] },
      NOW,
    );
    const models = [
      { name: 'als', version: '1' },
      { name: 'engagement', version: '4' },
    ];
    await take({ slates: [aSlate('d1', { models }), aSlate('d2', { userKey: 'bob', surface: 'explore' })] });
    expect((await measured('slates')).value).toBe(2);
    expect((await measured('slates', { model: 'als' })).value).toBe(2);
    expect((await measured('slates', { model: 'engagement', version: '4' })).value).toBe(1);
    expect((await measured('slates', { model: 'als', surface: 'home' })).value).toBe(1);
    const segments = await tables.series.read({
      metric: 'slates',
      labels: { segment: '*' },
      from: AT('00:00:00'),
      to: NOW,
    });
    expect(segments.map(({ labels }) => labels.segment)).toEqual(['ageBand=18-24', 'country=DE']);
  });

  it('has coverage and novelty by the hour', async () => {
    const item = { authorId: 'a', category: 'c', at: AT('11:00:00') };
    const items = Array.from({ length: 10 }, (_, at) => ({ ...item, itemId: `i${at}` }));
    const slates = [
      aSlate('d1', { itemIds: ['i0', 'i1'] }),
      aSlate('d2', { itemIds: ['i0'], at: AT('12:10:00'), models: [] }),
    ];
    await take({ items }, { slates });
    expect((await measured('coverage')).value).toBeCloseTo(0.2, 12);
    const novelty = (2 * -Math.log2(2 / 3) + -Math.log2(1 / 3)) / 3;
    expect((await measured('novelty')).value).toBeCloseTo(novelty, 12);
    expect((await measured('novelty', { model: 'als' })).value).toBeCloseTo(
      (-Math.log2(2 / 3) - Math.log2(1 / 3)) / 2,
      12,
    );
  });
});

describe('predictions', () => {
  it('are judged by what users did with items that they saw', async () => {
    const predictions = [aPrediction('p1', { itemIds: ['i0', 'i1', 'i2'], scores: [0.8, 0.3, 0.9] })];
    const outcomes = [anOutcome('e1'), anOutcome('e2', { itemId: 'i1', type: 'impression', isWelcome: false })];
    await take({ predictions }, { outcomes });
    const model = { model: 'engagement' };
    expect(await measured('observed_rate', model)).toEqual({ value: 0.5, count: 2 });
    expect((await measured('predicted_rate', model)).value).toBeCloseTo(0.55, 12);
    expect((await measured('log_loss', model)).value).toBeCloseTo((-Math.log(0.8) - Math.log(0.7)) / 2, 12);
    expect((await measured('accuracy', model)).value).toBe(1);
    expect((await measured('auc', model)).value).toBe(1);
    expect(await measured('prediction', model)).toMatchObject({ count: 3 });
  });

  it('count a call about several users as one request', async () => {
    await take({ predictions: [aPrediction('p1'), aPrediction('p1', { userKey: 'bob' }), aPrediction('p2')] });
    expect((await measured('requests', { model: 'engagement' })).value).toBe(2);
    expect((await measured('compute_seconds', { model: 'engagement' })).value).toBeCloseTo(0.008, 12);
  });
});

describe('features', () => {
  it('are distributions by steps of five minutes, and what is missing is told apart from what nobody read', async () => {
    const models = [{ name: 'engagement', version: '1' }];
    const features = {
      itemNames: ['likes', 'age'],
      itemValues: Float64Array.of(1, Number.NaN, 3, 10, Number.POSITIVE_INFINITY, Number.NaN),
      ...{ userNames: ['visits'], userValues: Float64Array.of(7), userWords: { topic: 'cats' } },
    };
    await take({ slates: [aSlate('d1', { at: AT('12:04:59'), models, features })] });
    const [likes] = await tables.series.read({
      metric: 'feature',
      labels: { feature: 'likes' },
      from: AT('12:00:00'),
      to: NOW,
    });
    expect(likes!.steps).toMatchObject([{ at: AT('12:00:00'), count: 2, sum: 4 }]);
    expect((await measured('feature_nulls', { feature: 'age', model: 'engagement' })).value).toBeCloseTo(2 / 3, 12);
    expect((await measured('feature', { feature: 'visits' })).value).toBe(7);
    expect((await measured('feature_words', { feature: 'topic', word: 'cats' })).value).toBe(1);
  });
});
