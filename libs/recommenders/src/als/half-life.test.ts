import type { Interactions } from '@attune/interactions';
import { seededUniform } from '@attune/kernels';
import { parseSettings } from '../parse-settings';
import { ageFactors, NO_AGEING_DAYS } from '../weights/age-factors';
import { ALS } from './als';

const DAY_MS = 86_400_000;
const SETTINGS = { rank: 8, iterations: 5, threads: 1 };
const USERS = 120;
const ITEMS = 60;

/** Users of three tastes; each chooses ten items in the first 90 days and eight in the last two, of another taste if tastes changed. */
function aHistory({ tastesChange }: { readonly tastesChange: boolean }): Interactions {
  const uniform = seededUniform(5);
  const entries = new Map<string, { user: number; item: number; day: number }>();
  const choose = (user: number, taste: number, count: number, day: () => number) => {
    for (let n = 0; n < count; n++) {
      const item = 3 * Math.floor((uniform() * ITEMS) / 3) + taste;
      entries.set(`${user}/${item}`, { user, item, day: day() });
    }
  };
  for (let user = 0; user < USERS; user++) {
    choose(user, user % 3, 10, () => 90 * uniform());
    choose(user, tastesChange ? (user + 1 + (user % 2)) % 3 : user % 3, 8, () => 90 + 2 * uniform());
  }
  const rows = [...entries.values()].sort((a, b) => a.user - b.user || a.item - b.item);
  return {
    ...{ userCount: USERS, itemCount: ITEMS },
    userIndex: Int32Array.from(rows, ({ user }) => user),
    itemIndex: Int32Array.from(rows, ({ item }) => item),
    value: new Float32Array(rows.length).fill(1),
    timeMs: Float64Array.from(rows, ({ day }) => day * DAY_MS),
  };
}

const fit = (interactions: Interactions, halfLifeDays: number | 'auto') =>
  ALS.fit({ data: { interactions }, settings: parseSettings(ALS, { ...SETTINGS, halfLifeDays }) });

/** The mean score of items of the taste that users of taste 0 and an even number have in the end, less that of their first. */
async function leaning(interactions: Interactions, halfLifeDays: number | 'auto'): Promise<number> {
  await using model = await fit(interactions, halfLifeDays);
  const users = Int32Array.from({ length: USERS / 6 }, (_, at) => at * 6);
  const scores = await model.scoreAll(users);
  const mean = (taste: number) =>
    scores.reduce((sum, score, at) => sum + (at % 3 === taste ? score : 0), 0) / (scores.length / 3);
  return mean(1) - mean(0);
}

describe('the age of observations', () => {
  it('halves their weight every half-life, down to a fiftieth', () => {
    const factors = ageFactors({ timeMs: Float64Array.of(0, 90 * DAY_MS, 100 * DAY_MS, Number.NaN) }, 10)!;
    expect([...factors]).toEqual([0.02, 0.5, 1, 0.02]);
  });

  it('does not count by default, nor where times are unknown', () => {
    expect(parseSettings(ALS, {})).toMatchObject({ halfLifeDays: NO_AGEING_DAYS });
    expect(ageFactors({ timeMs: Float64Array.of(0, DAY_MS) }, NO_AGEING_DAYS)).toBeUndefined();
    expect(ageFactors({ timeMs: Float64Array.of(Number.NaN, Number.NaN) }, 10)).toBeUndefined();
  });

  it('lets the newest decide where tastes have changed', async () => {
    const changed = aHistory({ tastesChange: true });
    expect(await leaning(changed, NO_AGEING_DAYS)).toBeLessThan(0.1);
    expect(await leaning(changed, 3)).toBeGreaterThan(0.2);
  });

  it('is chosen short by auto where tastes have changed, and long where they have not', async () => {
    await using changed = await fit(aHistory({ tastesChange: true }), 'auto');
    await using calm = await fit(aHistory({ tastesChange: false }), 'auto');
    expect(changed.metrics.half_life_days).toBeLessThanOrEqual(10);
    expect(calm.metrics.half_life_days).toBeGreaterThanOrEqual(30);
  });

  it('is the same choice each time, and that of somebody who was told it', async () => {
    const changed = aHistory({ tastesChange: true });
    await using first = await fit(changed, 'auto');
    await using told = await fit(changed, first.metrics.half_life_days!);
    const users = Int32Array.of(0, 1, 2);
    expect(await first.scoreAll(users)).toEqual(await told.scoreAll(users));
  });
});
