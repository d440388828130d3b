import { evaluate } from '@attune/evaluation';
import { type Interactions, userOffsets } from '@attune/interactions';
import { seededNormal, seededUniform } from '@attune/kernels';
import { z } from 'zod';
import { ALS } from '../als/als';
import { CONTENT } from '../content/content';
import { holdOutNewest } from '../hold-out-newest';
import type { ItemContent, ModelDefinition } from '../model';
import { parseSettings } from '../parse-settings';
import { POPULARITY } from '../popularity/popularity';
import { makeHybrid } from './hybrid';
import { rescalerOf } from './part-scale';
import { logRanks } from './rank-scale';

const USERS = 120;
const ITEMS = 60;

/** A model that has its scores from elsewhere. */
function knows(name: string, scores: Float32Array): ModelDefinition {
  return {
    name,
    description: name,
    tasks: ['ranking'],
    needs: [],
    settings: z.strictObject({ strange: z.boolean().optional() }),
    searchSpace: { start: [{}], dimensions: {} },
    fit: async () => ({
      metrics: {},
      scoreAll: async (users) =>
        Float32Array.from(users.length === 0 ? [] : [...users].flatMap((u) => rowOf(scores, u))),
      scorePairs: async (users, items) => Float32Array.from(users, (u, pair) => scores[u * ITEMS + items[pair]!]!),
      [Symbol.asyncDispose]: async () => {},
    }),
  };
}

const rowOf = (scores: Float32Array, user: number) => [...scores.subarray(user * ITEMS, (user + 1) * ITEMS)];

/** Users choose by the sum of two tastes, of which each model knows one; a third knows nothing, a fourth the opposite. */
function planted() {
  const [normal, uniform] = [seededNormal(1), seededUniform(2)];
  const table = () => Float32Array.from({ length: USERS * ITEMS }, normal);
  const [one, two, noise] = [table(), table(), table()];
  const rows: [number, number, number][] = [];
  for (let at = 0; at < USERS * ITEMS; at++) {
    const chance = 1 / (1 + Math.exp(3.5 - 1.6 * one[at]! - 1.2 * two[at]!));
    if (uniform() < chance) rows.push([Math.floor(at / ITEMS), at % ITEMS, 1]);
  }
  const models = [
    // scales that have nothing to do with each other
    knows(
      'one',
      one.map((x) => Math.exp(3 * x)),
    ),
    knows(
      'two',
      two.map((x) => 1e-3 * x),
    ),
    knows('noise', noise),
    knows(
      'opposite',
      one.map((x) => -x),
    ),
  ];
  return { interactions: interactionsOf(rows), models: new Map(models.map((model) => [model.name, model])) };
}

function interactionsOf(rows: readonly (readonly [number, number, number])[], userCount = USERS): Interactions {
  return {
    userCount,
    itemCount: ITEMS,
    userIndex: Int32Array.from(rows, ([user]) => user),
    itemIndex: Int32Array.from(rows, ([, item]) => item),
    value: Float32Array.from(rows, ([, , value]) => value),
    timeMs: new Float64Array(rows.length).fill(Number.NaN),
  };
}

async function fit(parts: readonly string[], settings: object = {}) {
  const { interactions, models } = planted();
  const hybrid = makeHybrid(models);
  // the last interactions of everybody are what is asked for
  const { rest, held } = holdOutNewest(interactions, 0.3, 9);
  const model = await hybrid.fit({
    data: { interactions: rest },
    settings: parseSettings(hybrid, {
      negatives: 20,
      parts: parts.map((name) => ({ model: name, weight: 1 })),
      ...settings,
    }),
  });
  const { metrics } = await evaluate({
    protocol: 'full-ranking',
    scorer: model,
    train: rest,
    test: held,
    seed: 1,
    resamples: 10,
    detail: 'accuracy',
  });
  return { model, ndcg: metrics['ndcg@10']!.value };
}

describe('hybrid', () => {
  it.each(['fixed', 'learned', 'ranked'] as const)(
    'is better than each part where each knows something (%s)',
    async (weights) => {
      const one = await fit(['one']);
      const two = await fit(['two']);
      const both = await fit(['one', 'two'], { weights });
      // what the other half of the reasons is worth here is far beyond chance: about .05
      expect(both.ndcg).toBeGreaterThan(one.ndcg + 0.02);
      expect(both.ndcg).toBeGreaterThan(two.ndcg + 0.02);
    },
  );

  it('keeps how far scores are apart where that is asked for, and is then no worse than its parts either', async () => {
    const scale = 'standardized';
    const one = await fit(['one'], { scale });
    const two = await fit(['two'], { scale });
    const both = await fit(['one', 'two'], { scale, weights: 'ranked' });
    expect(both.ndcg).toBeGreaterThan(Math.max(one.ndcg, two.ndcg) - 0.01);
    const scaled = new Float32Array(3);
    rescalerOf('standardized', 3)(Float32Array.of(1, 2, 6), scaled);
    // mean 3, standard deviation the root of 14 / 3
    expect(Array.from(scaled, (x) => x * Math.sqrt(14 / 3))).toEqual([-2, -1, 3].map((x) => expect.closeTo(x, 5)));
  });

  it('learns how much each part is worth, and that noise and the opposite are worth nothing', async () => {
    const { model } = await fit(['one', 'two', 'noise', 'opposite'], { weights: 'learned' });
    expect(model.metrics['one.influence']!).toBeGreaterThan(model.metrics['two.influence']!);
    expect(model.metrics['two.influence']!).toBeGreaterThan(0.25);
    expect(model.metrics['noise.influence']!).toBeLessThan(0.1);
    expect(model.metrics['opposite.factor']).toBe(0);
  });

  it('is on held-out interactions never worse than its best part when weights are learned', async () => {
    for (const parts of [
      ['one', 'noise'],
      ['two', 'opposite'],
      ['noise', 'opposite'],
    ]) {
      const { metrics } = (await fit(parts, { weights: 'learned' })).model;
      for (const part of parts)
        expect(metrics['held_out.loss']!).toBeLessThanOrEqual(metrics[`${part}.held_out.loss`]! + 1e-6);
    }
  });

  it('gives a part the share that is set', async () => {
    const parts = [
      { model: 'one', weight: 3 },
      { model: 'two', weight: 1 },
    ];
    const [{ model: solo }, { model }] = [await fit(['one']), await fit([], { parts })];
    expect(model.metrics['one.factor']!).toBeCloseTo(0.75 * solo.metrics['one.factor']!, 6);
  });

  it('scores pairs as it scores all items, as log-odds of a choice', async () => {
    const { model } = await fit(['one', 'two'], { weights: 'learned' });
    const [users, items] = [Int32Array.of(5, 3, 5), Int32Array.of(1, 2, 59)];
    const all = await model.scoreAll(Int32Array.of(3, 5));
    expect([...(await model.scorePairs(users, items))]).toEqual([all[ITEMS + 1], all[2], all[ITEMS + 59]]);
    const { interactions } = planted();
    const everybody = await model.scoreAll(Int32Array.from({ length: USERS }, (_, user) => user));
    const offsets = userOffsets(holdOutNewest(interactions, 0.3, 9).rest);
    const expected = everybody.reduce((sum, logOdds) => sum + 1 / (1 + Math.exp(-logOdds)), 0);
    // one in seven of the rest was held out to learn from: that many choices are left to expect, give or take what users have
    const heldOut = 0.15 * offsets[USERS]!;
    expect(expected / heldOut).toBeGreaterThan(0.5);
    expect(expected / heldOut).toBeLessThan(2.5);
  });

  it('refuses parts that cannot be blended, and says which', async () => {
    const refusal = (fields: string[]) => ({
      code: 'invalid.settings',
      violations: fields.map((field) => expect.objectContaining({ field })),
    });
    await expect(fit(['three'])).rejects.toMatchObject(refusal(['settings.parts[0].model']));
    await expect(fit(['one', 'one'])).rejects.toMatchObject(refusal(['settings.parts']));
    const parts = [{ model: 'one', weight: 1, settings: { colour: 1 } }];
    await expect(fit([], { parts })).rejects.toMatchObject(refusal(['settings.colour']));
  });

  it('refuses data of which nothing can be held out', async () => {
    const { models } = planted();
    const hybrid = makeHybrid(models);
    const settings = parseSettings(hybrid, { parts: [{ model: 'one', weight: 1 }] });
    const data = {
      interactions: interactionsOf([
        [0, 0, 1],
        [1, 0, 1],
      ]),
    };
    await expect(hybrid.fit({ data, settings })).rejects.toMatchObject({
      code: 'failed_precondition.dataset_too_small',
    });
  });
});

/** Two communities; the last two items are new, one of each; the last user is new. */
function communities() {
  const uniform = seededUniform(3);
  const rows: [number, number, number][] = [];
  for (let user = 0; user < 40; user++) {
    for (let item = 0; item < ITEMS - 2; item++) {
      // item 0 is liked by all
      if ((item % 2 === user % 2 && uniform() < 0.4) || item === 0) rows.push([user, item, 1]);
    }
  }
  const words = ['rocket moon orbit', 'oven flour sugar'];
  const items = Array.from(
    { length: ITEMS },
    (_, item): ItemContent => ({ text: words[item % 2]!, tags: [], category: '' }),
  );
  return { interactions: interactionsOf(rows, 41), items };
}

describe('hybrid of als, content and popularity', () => {
  const hybrid = makeHybrid(
    new Map<string, ModelDefinition>([ALS, CONTENT, POPULARITY].map((m) => [m.name, m as ModelDefinition])),
  );
  const settings = parseSettings(hybrid, {
    parts: [
      { model: 'als', weight: 0.4, settings: { rank: 8, threads: 1 } },
      { model: 'content', weight: 0.35, settings: { maxItemShare: 1, threads: 1 } },
      { model: 'popularity', weight: 0.25 },
    ],
  });

  it('orders new items by content, shows strangers what is popular, and names the graphs of its parts', async () => {
    await using model = await hybrid.fit({ data: communities(), settings });
    const scores = await model.scoreAll(Int32Array.of(0, 1, 40));
    expect(scores[ITEMS - 2]!).toBeGreaterThan(scores[ITEMS - 1]!);
    expect(scores[2 * ITEMS - 2]!).toBeLessThan(scores[2 * ITEMS - 1]!);
    const stranger = scores.subarray(2 * ITEMS);
    expect(stranger.indexOf(Math.max(...stranger))).toBe(0);
    const none = { rowCount: 1, offsets: new Int32Array(2), indices: new Int32Array(), values: new Float32Array() };
    expect(await model.scoreHistories!(none)).toEqual(stranger);
    expect(model.graphs!().map(({ name }) => name)).toEqual(
      expect.arrayContaining(['als.retrieval', 'content.similar_items', 'popularity.trending']),
    );
  });

  it('does without content where no item has any, and tells', async () => {
    const { interactions } = communities();
    await using model = await hybrid.fit({ data: { interactions }, settings });
    expect(model.metrics.without_content).toBe(1);
    expect(model.metrics['als.influence']! + model.metrics['popularity.influence']!).toBeCloseTo(1, 6);
  });
});

describe('log ranks', () => {
  it('are the logarithm of how many items are at least as good, equal ones in the middle', () => {
    const target = new Float32Array(4);
    logRanks(Float32Array.of(5, -1, 7, 5), target, new Float32Array(4));
    const expected = [2.5, 4, 1, 2.5].map((rank) => -Math.log(rank / 4));
    for (const [item, value] of expected.entries()) expect(target[item]!).toBeCloseTo(value, 6);
  });
});
