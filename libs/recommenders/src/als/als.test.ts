import { filterInteractions, type Interactions, itemCounts } from '@attune/interactions';
import { buildCsr, seededUniform } from '@attune/kernels';
import { openGraphSession } from '@attune/onnx';
import { MODELS } from '../catalogue';
import type { Checkpoint, FitRequest } from '../model';
import { parseSettings } from '../parse-settings';
import { ALS } from './als';
import type { AlsSettings } from './als-settings';

const SETTINGS = { rank: 8, iterations: 5, threads: 1 };

/** Users of three tastes among 60 items; the last user and the last item have no entry. */
function aCommunity({ userCount = 121, itemCount = 61, seed = 1 } = {}): Interactions {
  const uniform = seededUniform(seed);
  const userIndex: number[] = [];
  const itemIndex: number[] = [];
  for (let user = 0; user < userCount - 1; user++) {
    for (let item = 0; item < itemCount - 1; item++) {
      if (uniform() >= (user % 3 === item % 3 ? 0.4 : 0.02)) continue;
      userIndex.push(user);
      itemIndex.push(item);
    }
  }
  return {
    userCount,
    itemCount,
    userIndex: Int32Array.from(userIndex),
    itemIndex: Int32Array.from(itemIndex),
    value: Float32Array.from(userIndex, () => 1 + Math.floor(5 * uniform())),
    timeMs: Float64Array.from(userIndex, () => Number.NaN),
  };
}

function fit({
  settings = {},
  interactions = aCommunity(),
  ...rest
}: Partial<{
  settings: Partial<AlsSettings>;
  interactions: Interactions;
}> &
  Partial<Omit<FitRequest<AlsSettings>, 'settings'>> = {}) {
  return ALS.fit({ data: { interactions }, settings: parseSettings(ALS, { ...SETTINGS, ...settings }), ...rest });
}

const allUsers = ({ userCount }: Interactions) => Int32Array.from({ length: userCount }, (_, user) => user);

function historiesOf({ userCount, userIndex, itemIndex, value }: Interactions) {
  return buildCsr({ rowCount: userCount, rows: userIndex, columns: itemIndex, values: value });
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, x, i) => Math.max(largest, Math.abs(x - b[i]!)), 0);
}

describe('als', () => {
  it('is in the catalogue with settings that have defaults', () => {
    expect(MODELS.get('als')).toBe(ALS);
    expect(parseSettings(ALS, {})).toMatchObject({ iterations: 12, seed: 1, unobservedWeight: 'auto' });
  });

  it('scores items of a user’s taste above others', async () => {
    await using model = await fit();
    const scores = await model.scoreAll(Int32Array.of(0));
    const meanOf = (taste: number) => {
      const own = scores.filter((_, item) => item < 60 && item % 3 === taste);
      return own.reduce((a, b) => a + b, 0) / own.length;
    };
    expect(meanOf(0)).toBeGreaterThan(3 * Math.max(meanOf(1), meanOf(2)));
  });

  it('gives pairs the scores that they have among all', async () => {
    await using model = await fit();
    const all = await model.scoreAll(Int32Array.of(3, 4));
    const pairs = await model.scorePairs(Int32Array.of(3, 4), Int32Array.of(7, 60));
    expect(largestDifference(pairs, Float32Array.of(all[7]!, all[61 + 60]!))).toBeLessThan(1e-6);
  });

  it('gives finite scores to users and items without entries', async () => {
    const interactions = aCommunity();
    await using model = await fit({ interactions });
    const scores = await model.scoreAll(allUsers(interactions));
    expect(scores.every(Number.isFinite)).toBe(true);
    expect([...scores.subarray(-61)]).toEqual(new Array(61).fill(0));
  });

  // float sums of the Gramian in another order of parts: some units in the last place
  it.each([
    { weighting: 'log' },
    { weighting: 'value' },
    { weighting: 'none', nu: 0.6 },
    { userExposure: 0.7, itemExposure: 0.3 },
  ] as const)('folds a training user in to the scores that they have (%j)', async (settings) => {
    const interactions = aCommunity();
    await using model = await fit({ interactions, settings });
    const trained = await model.scoreAll(allUsers(interactions));
    const folded = await model.scoreHistories!(historiesOf(interactions));
    expect(largestDifference(trained, folded)).toBeLessThan(1e-5);
    expect(largestDifference(trained, new Float32Array(trained.length))).toBeGreaterThan(0.3);
  });

  it('holds it more against an item, with item exposure, that many chose it and this user did not', async () => {
    const interactions = aCommunity();
    const counts = itemCounts(interactions);
    const byCount = [...counts.keys()].filter((item) => counts[item]! > 0).sort((a, b) => counts[a]! - counts[b]!);
    const meanScores = async (itemExposure: number) => {
      await using model = await fit({ interactions, settings: { itemExposure } });
      const scores = await model.scoreAll(allUsers(interactions));
      const meanOf = (items: readonly number[]) =>
        items.reduce((sum, item) => sum + scores.filter((_, at) => at % 61 === item).reduce((a, b) => a + b, 0), 0);
      return meanOf(byCount.slice(-15)) / meanOf(byCount.slice(0, 15));
    };
    expect(await meanScores(1)).toBeLessThan(0.97 * (await meanScores(0)));
  });

  it('gives the numbers of a run-through when it goes on from a checkpoint', async () => {
    const saved: Checkpoint[] = [];
    const save = async (checkpoint: Checkpoint) => void saved.push(checkpoint);
    await using through = await fit({ checkpoints: { load: async () => undefined, save } });
    expect(saved.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
    for (const checkpoint of [saved[2]!, saved[4]!]) {
      const load = async () => structuredClone(checkpoint);
      await using resumed = await fit({ checkpoints: { load, save: async () => undefined } });
      expect(await resumed.scoreAll(allUsers(aCommunity()))).toEqual(await through.scoreAll(allUsers(aCommunity())));
      expect(resumed.metrics).toEqual(through.metrics);
    }
  });

  it('refuses a checkpoint of other settings', async () => {
    const saved: Checkpoint[] = [];
    await using _ = await fit({
      checkpoints: { load: async () => undefined, save: async (checkpoint) => void saved.push(checkpoint) },
    });
    const resumed = fit({
      settings: { regularization: 0.5 },
      checkpoints: { load: async () => saved[1], save: async () => undefined },
    });
    await expect(resumed).rejects.toMatchObject({ code: 'failed_precondition.checkpoint_mismatch' });
  });

  it('counts values that are not positive as if they were not there', async () => {
    const interactions = aCommunity();
    const liked = (e: number) => e % 7 !== 0;
    const disliked = { ...interactions, value: interactions.value.map((v, e) => (liked(e) ? v : -v)) };
    await using all = await fit({ interactions: disliked });
    await using kept = await fit({ interactions: filterInteractions(interactions, liked) });
    expect(await all.scoreAll(allUsers(interactions))).toEqual(await kept.scoreAll(allUsers(interactions)));
  });

  it('gives what has a greater value a higher score, unless all are to weigh the same', async () => {
    const interactions = aCommunity();
    const { value, userIndex, itemIndex } = interactions;
    const weakest = value.map((v, e) => (userIndex[e] === 0 && itemIndex[e] === itemIndex[0] ? 0.5 : v + 2));
    const scoreWith = async (weighting: AlsSettings['weighting'], values: Float32Array) => {
      await using model = await fit({ interactions: { ...interactions, value: values }, settings: { weighting } });
      return (await model.scorePairs(Int32Array.of(0), Int32Array.of(itemIndex[0]!)))[0]!;
    };
    const [strong, weak] = [value.map((v) => v + 2), weakest];
    for (const weighting of ['log', 'value'] as const) {
      expect(await scoreWith(weighting, strong)).toBeGreaterThan(1.05 * (await scoreWith(weighting, weak)));
    }
    expect(await scoreWith('none', strong)).toBe(await scoreWith('none', weak));
  });

  it('takes the unit of values out of logarithmic weights', async () => {
    const interactions = aCommunity();
    // a power of two, so that floats are exact
    const scaled = { ...interactions, value: interactions.value.map((v) => 1024 * v) };
    await using one = await fit({ interactions });
    await using other = await fit({ interactions: scaled });
    expect(await other.scoreAll(allUsers(scaled))).toEqual(await one.scoreAll(allUsers(interactions)));
  });

  it('reports an objective that falls, and how fast it goes', async () => {
    const losses: number[] = [];
    await using model = await fit({
      onProgress: ({ fraction, metrics }) => {
        expect(fraction).toBeCloseTo((losses.length + 1) / SETTINGS.iterations);
        expect(metrics!.interactions_per_second).toBeGreaterThan(0);
        losses.push(metrics!.loss!);
      },
    });
    expect(losses).toHaveLength(SETTINGS.iterations);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    expect(model.metrics.loss).toBe(losses.at(-1));
  });

  it('stops when it is cancelled', async () => {
    const controller = new AbortController();
    const training = fit({ signal: controller.signal, onProgress: () => controller.abort() });
    await expect(training).rejects.toMatchObject({ code: 'cancelled.kernel' });
  });

  const nothing = { userIndex: new Int32Array(), itemIndex: new Int32Array(), value: new Float32Array() };
  it.each([
    ['no interactions', { ...nothing, timeMs: new Float64Array() }, 'failed_precondition.dataset_empty'],
    ['nothing that is liked', { value: aCommunity().value.map(() => -1) }, 'failed_precondition.dataset_no_positives'],
    ['a value that is not a number', { value: aCommunity().value.map(() => Number.NaN) }, 'invalid.dataset'],
  ])('refuses data with %s', async (_, part, code) => {
    await expect(fit({ interactions: { ...aCommunity(), ...part } })).rejects.toMatchObject({ code });
  });

  it('retrieves by its graphs what it scores highest', async () => {
    await using model = await fit();
    const [retrieval, byVector] = model.graphs!();
    const scores = await model.scoreAll(Int32Array.of(60));
    const best = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!).slice(0, 10);
    for (const { model: bytes, goldenInputs } of [retrieval!, byVector!]) {
      await using session = await openGraphSession(bytes);
      const { item_indices } = await session.run(goldenInputs[1]!);
      expect(item_indices!.data).toEqual(best);
    }
  });
});
