import { seededUniform } from '@attune/kernels';
import { ALS } from './als';
import type { AlsModel, TrainedAls } from './als-model';
import { alsSettings } from './als-settings';
import { refitAls } from './refit-als';

const settings = alsSettings.parse({ rank: 8, iterations: 8, threads: 1 });

/** Two tastes: even users like even items, with `more` pairs added; pairs are ordered. */
function aTable(userCount: number, itemCount: number, more: readonly (readonly [number, number])[] = []) {
  const uniform = seededUniform(5);
  const pairs: (readonly [number, number])[] = [];
  for (let user = 0; user < 40; user++)
    for (let item = 0; item < 30; item++) if (item % 2 === user % 2 && uniform() < 0.5) pairs.push([user, item]);
  pairs.push(...more);
  pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return {
    userCount,
    itemCount,
    userIndex: Int32Array.from(pairs, ([user]) => user),
    itemIndex: Int32Array.from(pairs, ([, item]) => item),
    value: new Float32Array(pairs.length).fill(1),
    timeMs: new Float64Array(pairs.length).fill(Number.NaN),
  };
}

async function trained() {
  const model = await ALS.fit({ data: { interactions: aTable(40, 30) }, settings });
  const { factors } = (model as unknown as { trained: TrainedAls }).trained;
  return { factors, metrics: (model as AlsModel).metrics };
}

const widened = (table: Float32Array, rows: number) => {
  const wide = new Float32Array(rows * 8);
  wide.set(table);
  return wide;
};
const scoreOf = (user: Float32Array, item: Float32Array) => user.reduce((sum, v, c) => sum + v * item[c]!, 0);

describe('refitAls', () => {
  it('gives a user who did nothing new the vector of the training', async () => {
    const { factors, metrics } = await trained();
    const { users } = refitAls({
      interactions: aTable(40, 30),
      ...{ settings, metrics, ...factors, users: Int32Array.of(7), items: new Int32Array(0) },
    });
    for (const [c, value] of users.entries()) expect(value).toBeCloseTo(factors.userFactors[7 * 8 + c]!, 5);
  });

  it('places a new user and a new item among those of their taste, and the user near the item', async () => {
    const { factors, metrics } = await trained();
    const likes = [0, 2, 4, 6].map((user) => [user, 30] as const);
    const interactions = aTable(41, 31, [...likes, [40, 2], [40, 4], [40, 30]]);
    const learned = refitAls({
      ...{ interactions, settings, metrics, users: Int32Array.of(40), items: Int32Array.of(30) },
      userFactors: widened(factors.userFactors, 41),
      itemFactors: widened(factors.itemFactors, 31),
    });
    const even = factors.userFactors.subarray(8 * 8, 9 * 8);
    const odd = factors.userFactors.subarray(9 * 8, 10 * 8);
    expect(scoreOf(even, learned.items)).toBeGreaterThan(scoreOf(odd, learned.items) + 0.1);
    const scores = Array.from({ length: 30 }, (_, i) =>
      scoreOf(learned.users, factors.itemFactors.subarray(i * 8, i * 8 + 8)),
    );
    const mean = (odds: number) => scores.filter((_, i) => i % 2 === odds).reduce((a, b) => a + b, 0) / 15;
    expect(mean(0)).toBeGreaterThan(4 * Math.abs(mean(1)));
    expect(scoreOf(learned.users, learned.items)).toBeGreaterThan(
      2 * Math.max(...scores.filter((_, i) => i % 2 === 1)),
    );
  });

  it('leaves a new item that nobody known has met without a place', async () => {
    const { factors, metrics } = await trained();
    const learned = refitAls({
      ...{ interactions: aTable(41, 31, [[40, 30]]), settings, metrics },
      ...{ users: Int32Array.of(40), items: Int32Array.of(30) },
      userFactors: widened(factors.userFactors, 41),
      itemFactors: widened(factors.itemFactors, 31),
    });
    expect([...learned.users, ...learned.items].every((value) => value === 0)).toBe(true);
  });
});
