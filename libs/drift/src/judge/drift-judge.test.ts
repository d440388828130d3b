import { seededNormal } from '../../tests/seeded-random';
import { CategoryCounts } from '../sketch/category-counts';
import { DistributionSketch } from '../sketch/distribution-sketch';
import { categoricalJudge, numericJudge } from './judges';
import type { WindowJudgement } from './window-judgement';

const WINDOW_MINUTES = 120;
const PER_DAY = 12;
const SIZE = 200;

/** A value of a feature with a day, a weekend, and levels that wander a little from window to window. */
function seasonOf(window: number): number {
  const weekend = Math.floor(window / PER_DAY) % 7 >= 5 ? 0.3 : 0;
  return 5 + 0.5 * Math.sin((2 * Math.PI * window) / PER_DAY) + weekend;
}

const timeOf = (window: number) => new Date(window * WINDOW_MINUTES * 60_000);

type Shape = (value: number, window: number) => number | null;

/** Judges days of windows, of which some may have another shape. */
function judgeDays(days: number, seed: number, shape: Shape = (value) => value): WindowJudgement[] {
  const normal = seededNormal(seed);
  const judge = numericJudge({ windowMinutes: WINDOW_MINUTES });
  return Array.from({ length: days * PER_DAY }, (_, window) => {
    const level = seasonOf(window) + 0.03 * normal();
    const sketch = new DistributionSketch();
    for (let at = 0; at < SIZE; at++) sketch.add(shape(level + normal(), window));
    return judge.push(timeOf(window), sketch);
  });
}

const CALM_DAYS = 22;
const BEGIN = CALM_DAYS * PER_DAY + 2;

/** In which window of a drift of three it is found; undefined for in none. */
function foundIn(seed: number, shape: Shape): number | undefined {
  const isDrift = (window: number) => window >= BEGIN && window < BEGIN + 3;
  const judged = judgeDays(CALM_DAYS + 1, seed, (value, window) => (isDrift(window) ? shape(value, window) : value));
  expect(judged.slice(0, BEGIN).filter(({ hasBegun }) => hasBegun)).toEqual([]);
  const found = judged.findIndex(({ hasBegun }) => hasBegun);
  return found < 0 ? undefined : found - BEGIN + 1;
}

describe('the judge of windows', () => {
  it('says nothing for the first week, and then keeps calm through days and weekends', () => {
    const judged = judgeDays(30, 1);
    expect(judged.slice(0, 7 * PER_DAY).every(({ verdict }) => verdict === 'insufficient_data')).toBe(true);
    expect(judged.slice(7 * PER_DAY).some(({ verdict }) => verdict === 'insufficient_data')).toBe(false);
    expect(judged.filter(({ hasBegun }) => hasBegun)).toEqual([]);
    expect(judged.filter(({ verdict }) => verdict === 'odd').length).toBeLessThanOrEqual(2);
  });

  it('tells in the first week that many values are missing, as soon as it knows three days, and nothing else', () => {
    const isOff = (window: number) => [1, 4].includes(Math.floor(window / PER_DAY)) && window % PER_DAY < 3;
    const missing = judgeDays(6, 7, (value, window) => (isOff(window) && value % 0.01 < 0.006 ? null : value));
    expect(missing.flatMap(({ hasBegun }, window) => (hasBegun ? [window] : []))).toEqual([4 * PER_DAY + 1]);
    expect(missing[4 * PER_DAY + 1]!.reason).toMatch(/^other than .*: null_rate is 0\.\d+ \(bound 0\.\d+\)$/);
    const moved = judgeDays(6, 7, (value, window) => (isOff(window) ? value * 1_000 : value));
    expect(moved.every(({ verdict }) => verdict === 'insufficient_data')).toBe(true);
  });

  it.each<[string, Shape]>([
    ['a mean that moved by 0.6', (value) => value + 0.6],
    ['twice the spread', (value, window) => seasonOf(window) + 2 * (value - seasonOf(window))],
    ['a tenth missing', (value) => (value % 0.01 < 0.001 ? null : value)],
    ['a constant', () => 5],
    ['another unit', (value) => value * 1_000],
    ['the other sign', (value) => -value],
    ['whole numbers', (value) => Math.round(value / 2) * 2],
    ['a day that is shifted by half', (value, window) => value - 2 * (seasonOf(window) - 5)],
    ['a ramp of 0.4 a window', (value, window) => value + 0.4 * (window - BEGIN + 1)],
  ])('finds %s within three windows', (_, shape) => {
    expect(foundIn(2, shape)).toBeLessThanOrEqual(3);
  });

  it('leaves a shift alone that is too small to matter', () => {
    expect(foundIn(3, (value) => value + 0.05)).toBeUndefined();
  });

  it('says since when, by which scores, and when it is over', () => {
    const judged = judgeDays(CALM_DAYS + 1, 4, (value, window) =>
      window >= BEGIN && window < BEGIN + 3 ? value + 2 : value,
    );
    const [first, second, , , , , over] = judged.slice(BEGIN);
    expect(first).toMatchObject({
      verdict: 'odd',
      hasBegun: false,
      since: null,
      reason: expect.stringMatching(/not yet confirmed: ks is/),
    });
    expect(second).toMatchObject({ verdict: 'drift', hasBegun: true, since: timeOf(BEGIN) });
    expect(second!.scores.find(({ name }) => name === 'wasserstein')).toMatchObject({ isOdd: true });
    expect(over).toMatchObject({ verdict: 'calm', since: null });
  });

  it('takes a change that lasts for the rule after some days', () => {
    const judged = judgeDays(CALM_DAYS + 9, 5, (value, window) => (window >= BEGIN ? value + 2 : value));
    expect(judged[BEGIN + 2 * PER_DAY]!.verdict).toBe('drift');
    expect(judged.at(-1)!.verdict).toBe('calm');
    expect(judged.filter(({ hasBegun }) => hasBegun)).toHaveLength(1);
  });

  it('judges categories, and finds new ones', () => {
    const normal = seededNormal(6);
    const judge = categoricalJudge({ windowMinutes: WINDOW_MINUTES });
    const judged = Array.from({ length: 15 * PER_DAY + 3 }, (_, window) => {
      const counts = new CategoryCounts();
      counts.add('a', Math.round(200 + 10 * normal()));
      counts.add('b', Math.round(100 + 8 * normal()));
      if (window >= 15 * PER_DAY) counts.add('new', 30);
      return judge.push(timeOf(window), counts);
    });
    expect(judged.map(({ hasBegun }) => hasBegun).indexOf(true)).toBe(15 * PER_DAY + 1);
    expect(judged.at(-1)!.reason).toMatch(/new_categories is/);
  });

  it('refuses windows out of order', () => {
    const judge = numericJudge();
    judge.push(timeOf(1), new DistributionSketch());
    expect(() => judge.push(timeOf(1), new DistributionSketch())).toThrow(/in the order of time/);
  });
});
