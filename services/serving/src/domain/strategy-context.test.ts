import { STRATEGY_CONTEXT } from '@attune/contracts';
import { type StrategyMoment, strategyContext } from './strategy-context';

const SATURDAY_SIX = Date.parse('2026-05-02T06:00:00Z');
const DAY_MS = 86_400_000;
const recent = (item: number, strength: number, daysAgo = 0) => ({
  item,
  strength,
  atMs: SATURDAY_SIX - daysAgo * DAY_MS,
});

const of = (changes: Partial<StrategyMoment> = {}) => {
  const nobody: StrategyMoment = {
    ...{ nowMs: SATURDAY_SIX, context: {}, seenCount: 0, recents: [], rejectedCount: 0 },
    ...{ hasLiveVector: false, blockedCount: 0, categoryOf: () => -1 },
  };
  return strategyContext({ ...nobody, ...changes });
};
const valuesOf = (changes: Partial<StrategyMoment> = {}) =>
  Object.fromEntries(of(changes).map(({ name, score }) => [name, score]));

describe('the context of the choice of a strategy', () => {
  it('has the components that the contracts declare, in their order', () => {
    expect(of().map(({ name }) => name)).toEqual(STRATEGY_CONTEXT.map(({ name }) => name));
  });

  it('is nothing but the time for somebody of whom nothing is known', () => {
    const { hour_sin, hour_cos, weekend, ...rest } = valuesOf();
    expect([hour_sin, hour_cos, weekend]).toEqual([1, expect.closeTo(0, 12), 1]);
    expect(Object.values(rest).every((value) => value === 0)).toBe(true);
  });

  it('says what the user did lately', () => {
    const recents = [recent(1, 1, 1), recent(2, 2, 3), recent(3, 1, 4), recent(4, 0, 9)];
    const categoryOf = (item: number) => (item === 4 ? -1 : item % 2);
    const values = valuesOf({ recents, rejectedCount: 1, seenCount: 1_000, categoryOf, hasLiveVector: true });
    expect(values).toMatchObject({
      activity: expect.closeTo(1, 12),
      recent_positives: 4 / 50,
      recent_strength: 0.5,
      recency: 0.5,
      rejections: 0.2,
      concentration: 2 / 3,
      has_live_vector: 1,
    });
  });

  it('says whether the user holds a telephone', () => {
    expect(valuesOf({ context: { device: 'mobile' } }).is_mobile).toBe(1);
    expect(valuesOf({ context: { device: 'tv' } }).is_mobile).toBe(0);
  });

  it('stays between -1 and 1 for the wildest user', () => {
    const recents = Array.from({ length: 5_000 }, (_, at) => recent(at, 1e9, -at));
    const scores = of({ recents, seenCount: 1e9, blockedCount: 1e9, rejectedCount: 1e9, categoryOf: () => 1 });
    for (const { name, score } of scores) expect([name, Math.abs(score) <= 1]).toEqual([name, true]);
  });
});
