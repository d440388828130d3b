import { buildInteractions } from './build-interactions';
import { checkInteractions, type Interactions } from './interactions';
import { splitByTime, splitFolds, splitLeaveOut, splitPerUser, splitRandom } from './splits';

/** 50 users with 1 to 40 items each at distinct times. */
const interactions = (() => {
  const rows = Array.from({ length: 50 }, (_, user) =>
    Array.from({ length: 1 + ((user * 7) % 40) }, (_, n) => [user, n]),
  );
  const pairs = rows.flat();
  return buildInteractions({
    userCount: 50,
    itemCount: 40,
    userIndex: Int32Array.from(pairs, ([user]) => user!),
    itemIndex: Int32Array.from(pairs, ([, item]) => item!),
    // 17 and 40 have no common divisor: within a user the order of times is not the order of items
    timeMs: Float64Array.from(pairs, ([user, item]) => user! * 1_000 + ((item! * 17) % 40)),
  }).interactions;
})();

const keysOf = ({ userIndex, itemIndex }: Interactions) =>
  Array.from(userIndex, (user, e) => `${user} ${itemIndex[e]}`);

function expectPartition(parts: readonly Interactions[]): void {
  for (const part of parts) checkInteractions(part);
  expect(parts.flatMap(keysOf).sort()).toEqual(keysOf(interactions).sort());
}

describe('splits', () => {
  it('deal interactions at random in the given shares, the same for the same seed', () => {
    const parts = splitRandom(interactions, { shares: [0.8, 0.1, 0.1], seed: 3 });
    expectPartition(parts);
    const n = interactions.userIndex.length;
    expect(parts.map(({ userIndex }) => userIndex.length)).toEqual([
      Math.round(0.8 * n),
      Math.round(0.9 * n) - Math.round(0.8 * n),
      n - Math.round(0.9 * n),
    ]);
    expect(splitRandom(interactions, { shares: [0.8, 0.1, 0.1], seed: 3 })).toEqual(parts);
    expect(splitRandom(interactions, { shares: [0.8, 0.1, 0.1], seed: 4 })).not.toEqual(parts);
  });

  it('deal the interactions of each user in the given shares, and leave everybody something to train on', () => {
    const parts = splitPerUser(interactions, { shares: [0.75, 0.25], seed: 3 });
    expectPartition(parts);
    for (let user = 0; user < 50; user++) {
      const counts = parts.map(({ userIndex }) => userIndex.filter((u) => u === user).length);
      const all = counts[0]! + counts[1]!;
      expect(counts[1]).toBe(Math.min(Math.round(all / 4), all - 1));
    }
  });

  it('cut by time such that nothing of a later part is earlier', () => {
    const [train, test] = splitByTime(interactions, [0.8, 0.2]);
    expectPartition([train!, test!]);
    expect(Math.max(...train!.timeMs)).toBeLessThan(Math.min(...test!.timeMs));
  });

  it('hold out the last of each user who has more than one', () => {
    const [train, test] = splitLeaveOut(interactions, { by: 'time', seed: 1 });
    expectPartition([train!, test!]);
    for (let e = 0; e < test!.userIndex.length; e++) {
      const user = test!.userIndex[e]!;
      const others = train!.timeMs.filter((_, entry) => train!.userIndex[entry] === user);
      expect(others.every((time) => time < test!.timeMs[e]!)).toBe(true);
    }
    const active = new Set(interactions.userIndex.filter((user) => (user * 7) % 40 > 0));
    expect(new Set(test!.userIndex)).toEqual(active);
  });

  it('draw among equally new ones by lot', () => {
    const equal = { ...interactions, timeMs: interactions.timeMs.map(() => 5) };
    const heldOut = [1, 2, 3, 4].map((seed) => keysOf(splitLeaveOut(equal, { by: 'time', seed })[1]!).join());
    expect(new Set(heldOut).size).toBe(4);
  });

  it('put every interaction into the test of one fold', () => {
    const folds = splitFolds(interactions, { folds: 5, seed: 1 });
    expectPartition(folds.map(({ test }) => test));
    for (const { train, test } of folds) expectPartition([train, test]);
  });

  it('refuse to split by times that are not known, and shares that do not add up', () => {
    const timeless = { ...interactions, timeMs: interactions.timeMs.map(() => Number.NaN) };
    expect(() => splitByTime(timeless, [0.5, 0.5])).toThrow(/split at random instead/);
    expect(() => splitLeaveOut(timeless, { by: 'time', seed: 1 })).toThrow(/split at random instead/);
    expect(() => splitRandom(interactions, { shares: [0.5, 0.6], seed: 1 })).toThrow(/add up to 1/);
  });
});
