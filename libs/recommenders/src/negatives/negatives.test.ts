import type { Interactions } from '@attune/interactions';
import { seededUniform } from '@attune/kernels';
import { makeNegativeSampler } from './negative-sampler';
import { batchCount, type PreferenceBatchOptions, preferenceBatches } from './preference-batches';

/** Interactions of these lists of items, by user. */
function interactionsOf(lists: readonly (readonly number[])[], itemCount: number): Interactions {
  const userIndex = Int32Array.from(lists.flatMap((items, user) => items.map(() => user)));
  const itemIndex = Int32Array.from(lists.flat());
  return {
    userCount: lists.length,
    itemCount,
    userIndex,
    itemIndex,
    value: new Float32Array(userIndex.length).fill(1),
    timeMs: new Float64Array(userIndex.length).fill(Number.NaN),
  };
}

const LISTS = [[0, 1, 2, 7], [], [3], [0, 2, 4, 6, 8], [0, 1, 2, 3, 4, 6, 7, 8]];
/** Items 5 and 9 have no interaction. */
const INTERACTIONS = interactionsOf(LISTS, 10);

function optionsOf(more: Partial<PreferenceBatchOptions> = {}): PreferenceBatchOptions {
  const sampler = makeNegativeSampler(INTERACTIONS);
  return { interactions: INTERACTIONS, sampler, negativesPerPositive: 3, batchSize: 8, seed: 5, ...more };
}

const pairsOf = (options: PreferenceBatchOptions, epoch: number) =>
  [...preferenceBatches(options, epoch)].flatMap(({ users, items, labels }) =>
    Array.from(users, (user, e) => ({ user, item: items[e]!, label: labels[e]! })),
  );

describe('negatives', () => {
  it('are every item that others have and the user has not, equally often', () => {
    const sampler = makeNegativeSampler(INTERACTIONS);
    const uniform = seededUniform(1);
    for (const [user, positives] of LISTS.entries()) {
      const free = [0, 1, 2, 3, 4, 6, 7, 8].filter((item) => !positives.includes(item));
      expect(sampler.freeItems(user)).toBe(free.length);
      if (free.length === 0) continue;
      const counts = new Map<number, number>();
      const draws = 1_000 * free.length;
      for (let n = 0; n < draws; n++) {
        const item = sampler.draw(user, uniform);
        counts.set(item, (counts.get(item) ?? 0) + 1);
      }
      expect([...counts.keys()].sort((a, b) => a - b)).toEqual(free);
      // each count is binomial with mean 1,000 and a deviation of at most 32: five of them
      for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(160);
    }
  });

  it('cannot be drawn beside nothing', () => {
    expect(() => makeNegativeSampler(interactionsOf([[], []], 3))).toThrow(
      expect.objectContaining({ code: 'failed_precondition.dataset_empty' }),
    );
  });
});

describe('the batches of an epoch', () => {
  it('have every positive once, with its negatives, and no positive as a negative', () => {
    const pairs = pairsOf(optionsOf(), 0);
    const positives = pairs.filter(({ label }) => label === 1).map(({ user, item }) => `${user} ${item}`);
    const all = LISTS.flatMap((items, user) => items.map((item) => `${user} ${item}`));
    expect([...positives].sort()).toEqual([...all].sort());
    const negatives = pairs.filter(({ label }) => label === 0);
    expect(negatives.some(({ user, item }) => LISTS[user]!.includes(item))).toBe(false);
    // the last user has all items that anybody has
    for (const [user, items] of LISTS.entries()) {
      expect(negatives.filter((pair) => pair.user === user)).toHaveLength(user === 4 ? 0 : 3 * items.length);
    }
  });

  it('are equal for equal seeds and epochs, and other ones in the next epoch', () => {
    expect(pairsOf(optionsOf(), 3)).toEqual(pairsOf(optionsOf(), 3));
    expect(pairsOf(optionsOf(), 3)).not.toEqual(pairsOf(optionsOf(), 4));
    expect(pairsOf(optionsOf(), 3)).not.toEqual(pairsOf(optionsOf({ seed: 6 }), 3));
  });

  it('are as many as announced, none larger than asked for', () => {
    const batches = [...preferenceBatches(optionsOf(), 0)];
    expect(batches).toHaveLength(batchCount(optionsOf()));
    expect(Math.max(...batches.map(({ users }) => users.length))).toBeLessThanOrEqual(8);
  });
});
