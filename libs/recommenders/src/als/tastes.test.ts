import type { Interactions } from '@attune/interactions';
import { seededUniform } from '@attune/kernels';
import type { TrainingData } from '../model';
import { parseSettings } from '../parse-settings';
import { ALS } from './als';
import type { AlsSettings } from './als-settings';
import { refitAls } from './refit-als';

const [USERS, ITEMS, TASTES] = [90, 60, 3];
const SETTINGS = { rank: 8, iterations: 10, threads: 1, shownWeight: 0.5, unobservedWeight: 0.1, regularization: 0.02 };
const SHIFT = { tastesSince: '2026-01-01T00:00:00Z' };

/** Users whose number divides by 9 like another third of the items since the shift. */
const hasShifted = (user: number) => user % 9 === 0;
const tasteBefore = (user: number) => user % TASTES;
const tasteNow = (user: number) => (hasShifted(user) ? (user + 1) % TASTES : tasteBefore(user));

type Pair = readonly [user: number, item: number];

function interactionsOf(pairs: readonly Pair[], value = 1): Interactions {
  const distinct = [...new Map(pairs.map((pair) => [pair.join(), pair])).values()];
  const sorted = distinct.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return {
    ...{ userCount: USERS, itemCount: ITEMS },
    userIndex: Int32Array.from(sorted, ([user]) => user),
    itemIndex: Int32Array.from(sorted, ([, item]) => item),
    value: new Float32Array(sorted.length).fill(value),
    timeMs: new Float64Array(sorted.length).fill(Number.NaN),
  };
}

/** Ten choices each before the shift, and since then thirty showings, of which people choose what they like now. */
function aWorld(): TrainingData {
  const uniform = seededUniform(11);
  const draw = (user: number, count: number, likes: (item: number) => boolean): Pair[] => {
    const items = Array.from({ length: count }, () => Math.floor(ITEMS * uniform()));
    return items.filter(likes).map((item) => [user, item]);
  };
  const [before, now, shown]: Pair[][] = [[], [], []];
  for (let user = 0; user < USERS; user++) {
    before!.push(...draw(user, 30, (item) => item % TASTES === tasteBefore(user)));
    const seen = draw(user, 30, () => true);
    shown!.push(...seen);
    now!.push(...seen.filter(([, item]) => item % TASTES === tasteNow(user)));
  }
  const since = { interactions: interactionsOf(now!), showings: interactionsOf(shown!) };
  const earlier = { interactions: interactionsOf(before!), showings: interactionsOf([]) };
  const all = { interactions: interactionsOf([...before!, ...now!]), showings: since.showings };
  return { ...all, shift: { earlier, since } };
}

const fit = (data: TrainingData, settings: Partial<AlsSettings>) =>
  ALS.fit({ data, settings: parseSettings(ALS, { ...SETTINGS, ...settings }) });

const factorsOf = (model: object) =>
  (model as { trained: { factors: { userFactors: Float32Array; itemFactors: Float32Array } } }).trained.factors;

/** By user: the mean score of items of a taste, less that of all others. */
function leanings(scores: Float32Array, tasteOf: (user: number) => number): number[] {
  return Array.from({ length: USERS }, (_, user) => {
    const own = scores.subarray(user * ITEMS, (user + 1) * ITEMS);
    const mean = (isOf: (item: number) => boolean) => {
      const some = own.filter((_, item) => isOf(item));
      return some.reduce((sum, score) => sum + score, 0) / some.length;
    };
    return mean((item) => item % TASTES === tasteOf(user)) - mean((item) => item % TASTES !== tasteOf(user));
  });
}

const everybody = Int32Array.from({ length: USERS }, (_, user) => user);
const worst = (all: readonly number[], isAsked: (user: number) => boolean) =>
  Math.min(...all.filter((_, user) => isAsked(user)));

describe('als after a shift of taste', () => {
  it('likes for those who changed what they like now, and for the others what they always liked', async () => {
    await using model = await fit(aWorld(), SHIFT);
    const now = leanings(await model.scoreAll(everybody), tasteNow);
    expect(worst(now, hasShifted)).toBeGreaterThan(0.1);
    expect(worst(now, (user) => !hasShifted(user))).toBeGreaterThan(0.25);
    expect(model.metrics.users_shifted).toBeGreaterThanOrEqual(10);
    expect(model.metrics.users_shifted).toBeLessThanOrEqual(13);
  });

  it('likes for those who changed what they used to like, where nobody tells it of the shift', async () => {
    await using model = await fit(aWorld(), {});
    const then = leanings(await model.scoreAll(everybody), tasteBefore);
    expect(worst(then, hasShifted)).toBeGreaterThan(0);
    expect(model.metrics).not.toHaveProperty('users_shifted');
  });

  it('keeps what is known of those who have done nothing since', async () => {
    const world = aWorld();
    const nothing = { interactions: interactionsOf([]), showings: interactionsOf([]) };
    const shift = { earlier: world.shift!.earlier, since: nothing };
    await using model = await fit({ ...world.shift!.earlier, shift }, SHIFT);
    expect(model.metrics.users_shifted).toBe(0);
    expect(worst(leanings(await model.scoreAll(everybody), tasteBefore), () => true)).toBeGreaterThan(0.25);
  });

  it('tells by all other items where showings are unknown', async () => {
    const { interactions, shift } = aWorld();
    const { earlier, since } = shift!;
    const plain = { earlier: { interactions: earlier.interactions }, since: { interactions: since.interactions } };
    await using model = await fit({ interactions, shift: plain }, { ...SHIFT, shownWeight: 0 });
    expect(worst(leanings(await model.scoreAll(everybody), tasteNow), hasShifted)).toBeGreaterThan(0);
  });

  it('gives everybody the same vector when learned anew between trainings', async () => {
    const world = aWorld();
    const settings = parseSettings(ALS, { ...SETTINGS, ...SHIFT });
    await using model = await ALS.fit({ data: world, settings });
    const factors = factorsOf(model);
    expect(factors.userFactors).toHaveLength(USERS * SETTINGS.rank);
    const { users } = refitAls({
      ...{ ...world, settings, metrics: model.metrics, ...factors },
      ...{ users: everybody, items: new Int32Array(0) },
    });
    const far = users.reduce((most, x, at) => Math.max(most, Math.abs(x - factors.userFactors[at]!)), 0);
    expect(far).toBeLessThan(1e-3);
  });

  it('learns items anew from what everybody did before and since, as the training did', async () => {
    const world = aWorld();
    const settings = parseSettings(ALS, { ...SETTINGS, ...SHIFT });
    await using model = await ALS.fit({ data: world, settings });
    const factors = factorsOf(model);
    const asked = Int32Array.of(3, 7, 20);
    const { items } = refitAls({
      ...{ ...world, settings, metrics: model.metrics, ...factors },
      ...{ users: new Int32Array(0), items: asked },
    });
    const { rank } = SETTINGS;
    for (const [at, item] of asked.entries()) {
      const [learned, trained] = [
        items.subarray(at * rank, (at + 1) * rank),
        factors.itemFactors.subarray(item * rank, (item + 1) * rank),
      ];
      const apart = Math.hypot(...learned.map((x, c) => x - trained[c]!)) / Math.hypot(...trained);
      expect(apart).toBeLessThan(0.1);
    }
  });
});

describe('showings', () => {
  it('lower what was shown often and left alone, and what was chosen each time stays', async () => {
    const chosen: Pair[] = Array.from({ length: USERS }, (_, user) =>
      [0, 3, 6, 9, 12].map((i): Pair => [user, (i + user) % ITEMS]),
    ).flat();
    const showings = interactionsOf([[0, 3]], 20);
    await using plain = await fit({ interactions: interactionsOf(chosen) }, { shownWeight: 0 });
    await using told = await fit({ interactions: interactionsOf(chosen), showings }, { shownWeight: 0.5 });
    const scoreOf = async (model: typeof plain, item: number) =>
      (await model.scorePairs(Int32Array.of(0), Int32Array.of(item)))[0]!;
    expect(await scoreOf(told, 3)).toBeLessThan(0.5 * (await scoreOf(plain, 3)));
    expect(await scoreOf(told, 6)).toBeGreaterThan(0.5 * (await scoreOf(plain, 6)));
  });
});
