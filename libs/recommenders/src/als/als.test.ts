import type { Interactions } from '@attune/interactions';
import { buildCsr, seededUniform } from '@attune/kernels';
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
  it.each(['log', 'value', 'none'] as const)(
    'folds a training user in to the scores that they have (%s)',
    async (weighting) => {
      const interactions = aCommunity();
      await using model = await fit({ interactions, settings: { weighting } });
      const trained = await model.scoreAll(allUsers(interactions));
      const folded = await model.scoreHistories!(historiesOf(interactions));
      expect(largestDifference(trained, folded)).toBeLessThan(1e-5);
      expect(largestDifference(trained, new Float32Array(trained.length))).toBeGreaterThan(0.5);
    },
  );

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
});
