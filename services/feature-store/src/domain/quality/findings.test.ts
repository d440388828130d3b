import { findingId, findingsOf, type QualityFinding } from './findings';
import { CountedHours } from './hour-counts';
import type { CountedMeasure, QualityCount } from './quality-counts';

const HOUR_MS = 3_600_000;
const judgedMs = Date.UTC(2026, 0, 20, 12);
const types = [
  { name: 'view', value: { min: 0, max: 86_400, unit: 'seconds' } },
  { name: 'impression', hasPosition: true },
];

type Counted = Partial<Record<CountedMeasure | `${CountedMeasure}/${string}`, number>>;

const countsOf = (producer: string, hourMs: number, counted: Counted): QualityCount[] =>
  Object.entries(counted).map(([key, count]) => {
    const [measure, subject = ''] = key.split('/') as [CountedMeasure, string?];
    return { hour: new Date(hourMs), producer, measure, subject, count: count! };
  });

/** A week of hours before the judged one, then that hour. */
function findings(week: (hoursBefore: number) => Counted, hour: Counted, producer = 'web') {
  const before = Array.from({ length: 168 }, (_, n) => countsOf(producer, judgedMs - (n + 1) * HOUR_MS, week(n + 1)));
  const hours = new CountedHours([...before.flat(), ...countsOf(producer, judgedMs, hour)]);
  return findingsOf({ hours, types, hourMs: judgedMs, isOver: true }, producer);
}

const oddOf = (all: readonly QualityFinding[]) =>
  all.filter(({ isAnomaly }) => isAnomaly).map(({ measure, subject }) => `${measure} ${subject}`.trim());
/** About 1,000, as steady as chance lets it be. */
const steady = (n: number) => ({ accepted: 1_000 + ((n * 37) % 61) - 30 });
/** 100 at night, 10,000 at noon. */
const daily = (n: number) => ({ accepted: 5_050 + Math.round(4_950 * Math.cos((2 * Math.PI * n) / 24)) });

describe('findingsOf', () => {
  it('finds nothing odd in an hour like the others', () => {
    expect(oddOf(findings(steady, { accepted: 1_040 }))).toEqual([]);
  });

  it.each([
    ['far too few events', { accepted: 200 }],
    ['far too many events', { accepted: 5_000 }],
    ['silence', {}],
  ])('finds %s odd, and says what was usual', (_, hour) => {
    const all = findings(steady, hour);
    expect(oddOf(all)).toEqual(['volume']);
    expect(all.find(({ isAnomaly }) => isAnomaly)).toMatchObject({ expected: expect.closeTo(1_000, -2) });
  });

  it('compares with the same time of the day: an empty noon is odd, although nights are nearly empty', () => {
    expect(oddOf(findings(daily, { accepted: 100 }))).toEqual(['volume']);
    expect(oddOf(findings(daily, { accepted: 9_900 }))).toEqual([]);
  });

  it('says nothing of a producer of whom too few hours are known', () => {
    const all = findings((n) => (n <= 11 ? steady(n) : {}), { accepted: 1 });
    expect(all.find(({ measure }) => measure === 'volume')).toMatchObject({ isAnomaly: false, expected: undefined });
  });

  it('never expects the next import of a file', () => {
    expect(oddOf(findings((n) => (n === 30 ? { accepted: 100_000 } : {}), {}, 'import:ratings.csv'))).toEqual([]);
  });

  it('leaves small producers in peace', () => {
    expect(oddOf(findings(() => ({ accepted: 20 }), {}))).toEqual([]);
  });

  it.each<[string, Counted, Counted, string[]]>([
    ['rejections', { accepted: 990, rejected: 10 }, { accepted: 800, rejected: 200 }, ['rejected_share']],
    ['duplicates', { accepted: 990, duplicate: 10 }, { accepted: 900, duplicate: 200 }, ['duplicate_share']],
    ['bots', { accepted: 1_000, flagged: 2 }, { accepted: 1_000, flagged: 300 }, ['flagged_count']],
    ['a quarantine', { accepted: 1_000 }, { accepted: 1_000, quarantined: 7 }, ['quarantined_count']],
    [
      'views without seconds',
      { accepted: 1_000, 'accepted/view': 500, 'empty/value': 5 },
      { accepted: 1_000, 'accepted/view': 500, 'empty/value': 250 },
      ['null_share value'],
    ],
    ['a missing surface', { accepted: 1_000 }, { accepted: 1_000, 'empty/surface': 600 }, ['null_share surface']],
    [
      'a type that stops',
      { accepted: 1_000, 'accepted/view': 500, 'accepted/impression': 500 },
      { accepted: 1_000, 'accepted/impression': 510 },
      ['volume view'],
    ],
  ])('finds %s', (_, usual, hour, odd) => {
    expect(oddOf(findings(() => usual, hour))).toEqual(odd);
  });

  it('does not alarm when fewer events are rejected than usual', () => {
    expect(oddOf(findings(() => ({ accepted: 800, rejected: 200 }), { accepted: 1_000 }))).toEqual([]);
  });

  it('measures the hour that is not over, without judging it', () => {
    const week = Array.from({ length: 168 }, (_, n) => countsOf('web', judgedMs - (n + 1) * HOUR_MS, steady(n))).flat();
    const hours = new CountedHours([...week, ...countsOf('web', judgedMs, { accepted: 3 })]);
    const all = findingsOf({ hours, types, hourMs: judgedMs, isOver: false }, 'web');
    expect(all).toMatchObject([{ measure: 'volume', value: 3, isAnomaly: false }]);
    expect(all[0]!.message).toContain('so far');
  });

  it('sums producers up, without files that are imported', () => {
    const hours = new CountedHours([
      ...countsOf('web', judgedMs, { accepted: 2 }),
      ...countsOf('app', judgedMs, { accepted: 3 }),
      ...countsOf('import:x', judgedMs, { accepted: 100 }),
    ]);
    expect(hours.producers).toEqual(['', 'app', 'import:x', 'web']);
    expect(findingsOf({ hours, types, hourMs: judgedMs, isOver: true }, '')).toMatchObject([{ value: 5 }]);
  });

  it('gives a finding the same id whenever it is computed, and another one to every other', () => {
    const all = [...findings(steady, { accepted: 1 }), ...findings(steady, { accepted: 1 }, 'app')];
    expect(new Set(all.map(findingId)).size).toBe(all.length);
    expect(findings(steady, { accepted: 2 }).map(findingId)).toEqual(findings(steady, { accepted: 1 }).map(findingId));
  });
});
