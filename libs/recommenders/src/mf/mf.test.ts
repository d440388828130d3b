import { filterInteractions, type Interactions } from '@attune/interactions';
import { buildCsr, seededNormal, seededUniform } from '@attune/kernels';
import { openGraphSession } from '@attune/onnx';
import type { Checkpoint, CheckpointStore } from '../model';
import { parseSettings } from '../parse-settings';
import { MF } from './mf';

const USERS = 80;
const ITEMS = 60;
const NOISE = 0.4;

/** Ratings from 1 to 5 that biases and two planted tastes make; the last user and the last item have none. */
function plantedRatings(seed = 1): Interactions {
  const [normal, uniform] = [seededNormal(seed), seededUniform(seed + 100)];
  const table = (rows: number, scale: number) => Array.from({ length: rows * 2 }, () => scale * normal());
  const [p, q, b, c] = [table(USERS, 0.8), table(ITEMS, 0.8), table(USERS, 0.25), table(ITEMS, 0.25)];
  const rows: (readonly [number, number, number])[] = [];
  for (let u = 0; u < USERS - 1; u++) {
    for (let i = 0; i < ITEMS - 1; i++) {
      if (uniform() > 0.5) continue;
      const taste = p[2 * u]! * q[2 * i]! + p[2 * u + 1]! * q[2 * i + 1]!;
      const rating = 3 + b[u]! + c[i]! + taste + NOISE * normal();
      rows.push([u, i, Math.min(5, Math.max(1, rating))]);
    }
  }
  return interactionsOf(rows);
}

function interactionsOf(rows: readonly (readonly [user: number, item: number, value: number])[]): Interactions {
  return {
    userCount: USERS,
    itemCount: ITEMS,
    userIndex: Int32Array.from(rows, ([user]) => user),
    itemIndex: Int32Array.from(rows, ([, item]) => item),
    value: Float32Array.from(rows, ([, , value]) => value),
    timeMs: new Float64Array(rows.length).fill(Number.NaN),
  };
}

/** Every fifth rating is held out. */
function split(interactions: Interactions) {
  const train = filterInteractions(interactions, (entry) => entry % 5 !== 0);
  const test = filterInteractions(interactions, (entry) => entry % 5 === 0);
  return { train, test };
}

const fit = (interactions: Interactions, settings: object = {}, more: object = {}) =>
  MF.fit({ data: { interactions }, settings: parseSettings(MF, { rank: 8, ...settings }), ...more });

function rmse(predicted: Float32Array, { value }: Interactions): number {
  return Math.sqrt(value.reduce((sum, rating, e) => sum + (rating - predicted[e]!) ** 2, 0) / value.length);
}

/** Mean, user and item means under the ridge that Koren 2010 uses (25 and 10 ratings), section 2.1. */
function biasBaseline(train: Interactions, test: Interactions): Float32Array {
  const mean = train.value.reduce((sum, x) => sum + x, 0) / train.value.length;
  const shrunk = (rows: Int32Array, count: number, ridge: number, rest: (entry: number) => number) => {
    const [sums, counts] = [new Float64Array(count), new Float64Array(count)];
    rows.forEach((row, entry) => {
      sums[row]! += rest(entry);
      counts[row]!++;
    });
    return sums.map((sum, row) => sum / (ridge + counts[row]!));
  };
  const items = shrunk(train.itemIndex, ITEMS, 25, (entry) => train.value[entry]! - mean);
  const users = shrunk(train.userIndex, USERS, 10, (e) => train.value[e]! - mean - items[train.itemIndex[e]!]!);
  return Float32Array.from(test.userIndex, (user, e) => mean + users[user]! + items[test.itemIndex[e]!]!);
}

describe('mf', () => {
  it('predicts ratings nearly as well as their noise allows, far better than biases', async () => {
    const { train, test } = split(plantedRatings());
    await using model = await fit(train);
    const own = rmse(await model.scorePairs(test.userIndex, test.itemIndex), test);
    expect(own).toBeLessThan(0.75 * rmse(biasBaseline(train, test), test));
    // two tastes and a bias from about 24 ratings each: estimation adds about a quarter to the variance of the noise
    expect(own).toBeLessThan(1.25 * NOISE);
  });

  it('keeps about as many dimensions as there are tastes, and tells how noisy ratings are', async () => {
    await using model = await fit(plantedRatings(), { rank: 16, refinements: 30 });
    expect(model.metrics.dimensions).toBeGreaterThanOrEqual(2);
    expect(model.metrics.dimensions).toBeLessThanOrEqual(4);
    expect(Math.abs(model.metrics.noise_deviation! - NOISE)).toBeLessThan(0.1);
  });

  it('is better refined than by the descent alone', async () => {
    const { train, test } = split(plantedRatings());
    await using descent = await fit(train, { refinements: 0 });
    await using refined = await fit(train);
    const [plain, better] = [
      rmse(await descent.scorePairs(test.userIndex, test.itemIndex), test),
      rmse(await refined.scorePairs(test.userIndex, test.itemIndex), test),
    ];
    expect(better).toBeLessThan(plain);
  });

  it('gives the same numbers for the same seed, and others for another', async () => {
    const users = Int32Array.of(0, 1, 2);
    const scores = async (seed: number) => {
      await using model = await fit(plantedRatings(), { seed });
      return model.scoreAll(users);
    };
    const [one, again, other] = [await scores(1), await scores(1), await scores(2)];
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('stays within the range of ratings, and falls back to biases for users and items without any', async () => {
    const ratings = plantedRatings();
    await using model = await fit(ratings);
    const all = Int32Array.from({ length: USERS * ITEMS }, (_, e) => e);
    const predicted = await model.scorePairs(
      all.map((e) => Math.floor(e / ITEMS)),
      all.map((e) => e % ITEMS),
    );
    expect(predicted.every((rating) => rating >= 1 && rating <= 5)).toBe(true);
    const mean = ratings.value.reduce((sum, x) => sum + x, 0) / ratings.value.length;
    expect(Math.abs(predicted.at(-1)! - mean)).toBeLessThan(0.3);
  });

  it('places a user that it did not see about where training would', async () => {
    const ratings = plantedRatings();
    await using model = await fit(ratings, { refinements: 60 });
    const of = (user: number) => Array.from(ratings.userIndex.keys()).filter((e) => ratings.userIndex[e] === user);
    const entries = of(3);
    const history = buildCsr({
      rowCount: 1,
      rows: new Int32Array(entries.length),
      columns: Int32Array.from(entries, (e) => ratings.itemIndex[e]!),
      values: Float32Array.from(entries, (e) => ratings.value[e]!),
    });
    const folded = await model.scoreHistories!(history);
    const trained = await model.scoreAll(Int32Array.of(3));
    // both are the same fixed point; the sweeps end a little before it
    const worst = folded.reduce((max, score, item) => Math.max(max, Math.abs(score - trained[item]!)), 0);
    expect(worst).toBeLessThan(0.05);
  });

  it('serves the same predictions as graphs', async () => {
    await using model = await fit(plantedRatings());
    const [predict, retrieval] = model.graphs!();
    const [users, items] = [Int32Array.of(0, 5, USERS - 1), Int32Array.of(7, 0, ITEMS - 1)];
    await using predicting = await openGraphSession(predict!.model);
    const { rating } = await predicting.run({
      user_index: { type: 'int32', dims: [3], data: [...users] },
      item_index: { type: 'int32', dims: [3], data: [...items] },
    });
    const expected = await model.scorePairs(users, items);
    rating!.data.forEach((value, pair) => {
      expect(value).toBeCloseTo(expected[pair]!, 4);
    });
    await using retrieving = await openGraphSession(retrieval!.model);
    const { item_indices } = await retrieving.run({
      user_index: { type: 'int32', dims: [1], data: [5] },
      k: { type: 'int64', dims: [1], data: [1] },
    });
    const scores = await model.scoreAll(Int32Array.of(5));
    expect(item_indices!.data[0]).toBe(scores.indexOf(Math.max(...scores)));
  });

  it.each([
    ['descent', 7],
    ['refinement', 24],
  ])('goes on from a checkpoint of the %s to the same predictions', async (_, saves) => {
    const ratings = plantedRatings();
    let kept: Checkpoint | undefined;
    const cut = new AbortController();
    const until: CheckpointStore = {
      load: async () => undefined,
      save: async ({ step, state, tensors }) => {
        kept = { step, state: structuredClone(state), tensors: structuredClone(tensors) };
        if (--saves === 0) cut.abort();
      },
    };
    await expect(fit(ratings, {}, { checkpoints: until, signal: cut.signal })).rejects.toMatchObject({
      code: 'cancelled.training',
    });
    const resume: CheckpointStore = { load: async () => kept, save: async () => {} };
    await using resumed = await fit(ratings, {}, { checkpoints: resume });
    await using whole = await fit(ratings);
    const [one, other] = [await resumed.scoreAll(Int32Array.of(1)), await whole.scoreAll(Int32Array.of(1))];
    // residuals are summed up anew after a break, in another order
    one.forEach((score, item) => {
      expect(Math.abs(score - other[item]!)).toBeLessThan(1e-4);
    });
    await expect(fit(ratings, { seed: 9 }, { checkpoints: resume })).rejects.toMatchObject({
      code: 'failed_precondition.checkpoint_mismatch',
    });
  });

  it.each([
    ['nothing', [], {}, 'failed_precondition.dataset_empty'],
    [
      'one user',
      [
        [0, 0, 1],
        [0, 1, 2],
      ],
      {},
      'failed_precondition.dataset_too_small',
    ],
    [
      'equal ratings',
      [
        [0, 0, 3],
        [1, 1, 3],
      ],
      {},
      'failed_precondition.dataset_constant',
    ],
    [
      'a rating out of range',
      [
        [0, 0, 3],
        [1, 1, 6],
      ],
      { maxRating: 5 },
      'invalid.dataset',
    ],
  ] as const)('refuses %s', async (_, rows, settings, code) => {
    await expect(fit(interactionsOf(rows), settings)).rejects.toMatchObject({ code });
  });

  it('refuses settings that contradict each other', () => {
    expect(() => parseSettings(MF, { minRating: 5, maxRating: 1 })).toThrow(
      expect.objectContaining({ violations: [expect.objectContaining({ field: 'settings.maxRating' })] }),
    );
  });
});
