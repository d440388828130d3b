import { drawsOf } from '../tests/draws';
import { interleavingTest, mergeTallies, NO_TALLY, tallyOf } from './interleaving-test';
import { noveltyWarning } from './novelty-warning';
import { planDuration, sequentialInflation } from './plan-duration';
import { powerOfProportionTest, powerOfTTest, samplesForMeans, samplesForProportions } from './power';

describe('plans', () => {
  it('find the sample whose power is the one that was asked for', () => {
    const means = { difference: -0.3, standardDeviation: 1.7 };
    expect(powerOfTTest(samplesForMeans(means, 0.9), means)).toBeCloseTo(0.9, 10);
    const shares = { control: 0.2, treatment: 0.17, alpha: 0.01 };
    expect(powerOfProportionTest(samplesForProportions(shares, 0.7), shares)).toBeCloseTo(0.7, 10);
  });

  it('wait for the smallest variant, and for whole weeks', () => {
    const plan = { unitsPerVariant: 1_000, unitsPerDay: 500, trafficShare: 0.5, variantShares: [0.8, 0.2] };
    expect(planDuration(plan)).toEqual({ units: 5_000, days: 20, weeks: 3 });
  });

  it('pay for looking at any time with fewer than twice the units', () => {
    expect(sequentialInflation()).toBeGreaterThan(1.5);
    expect(sequentialInflation()).toBeLessThan(2);
  });

  it.each([
    ['no difference', () => samplesForMeans({ difference: 0, standardDeviation: 1 })],
    ['a share of 0', () => samplesForProportions({ control: 0, treatment: 0.1 })],
    ['a power of 1', () => samplesForProportions({ control: 0.2, treatment: 0.1 }, 1)],
    ['no traffic', () => planDuration({ unitsPerVariant: 1, unitsPerDay: 0, trafficShare: 1, variantShares: [1] })],
  ])('are refused for %s', (_, plan) => {
    expect(plan).toThrow(expect.objectContaining({ code: 'invalid.plan' }));
  });
});

describe('noveltyWarning', () => {
  const days = (lift: (day: number) => number, count = 14) =>
    Array.from({ length: count }, (_, day) => ({ day, lift: lift(day), standardError: 0.01 }));

  it('warns of a lift that fades, and of one that grows', () => {
    expect(noveltyWarning(days((day) => 0.1 - 0.006 * day)).kind).toBe('fading');
    expect(noveltyWarning(days((day) => -0.1 + 0.006 * day)).kind).toBe('fading');
    expect(noveltyWarning(days((day) => 0.02 + 0.006 * day)).kind).toBe('growing');
  });

  it('warns of one steady experiment of a hundred', () => {
    const { normal } = drawsOf(12);
    let warned = 0;
    for (let run = 0; run < 2_000; run++) {
      if (noveltyWarning(days(() => 0.05 + 0.01 * normal())).kind !== 'steady') warned++;
    }
    // 2,000 runs of 0.01 have a standard error of 0.0022; three and a half of them
    expect(Math.abs(warned / 2_000 - 0.01)).toBeLessThan(0.008);
  });

  it('waits for a week, of which a day that says nothing is no part', () => {
    const some = days(() => 0.1, 7);
    expect(noveltyWarning(some).kind).toBe('steady');
    const silent = [...some.slice(1), { day: 0, lift: 0.1, standardError: 0 }];
    expect(noveltyWarning(silent)).toEqual({ kind: 'too_short', days: 6, needs: 7 });
  });
});

describe('interleavingTest', () => {
  it('counts ties as half a win', () => {
    const found = interleavingTest(
      tallyOf([
        { wins: 3, losses: 1, ties: 0 },
        { wins: 1, losses: 1, ties: 2 },
      ]),
    );
    // 3/4 and 2/4
    expect(found.preference).toBeCloseTo(5 / 8 - 1 / 2, 14);
  });

  it('has the exact p value of the sign test', () => {
    const users = [
      ...Array.from({ length: 9 }, () => ({ wins: 1, losses: 0, ties: 0 })),
      { wins: 0, losses: 2, ties: 0 },
    ];
    // P(at most 1 of 10 heads) twice: 2 * 11 / 1024
    expect(interleavingTest(tallyOf(users)).signPValue).toBeCloseTo(22 / 1_024, 12);
  });

  it('is fooled by no single user who clicks all day', () => {
    const users = Array.from({ length: 50 }, (_, at) => ({ wins: at % 2, losses: 1 - (at % 2), ties: 0 }));
    const { pValue } = interleavingTest(tallyOf([...users, { wins: 500, losses: 0, ties: 0 }]));
    expect(pValue).toBeGreaterThan(0.2);
  });

  it('is the same for tallies of parts', () => {
    const users = Array.from({ length: 20 }, (_, at) => ({ wins: at % 3, losses: at % 2, ties: 1 }));
    const parts = [users.slice(0, 8), users.slice(8)].map(tallyOf).reduce(mergeTallies, NO_TALLY);
    expect(interleavingTest(parts).pValue).toBeCloseTo(interleavingTest(tallyOf(users)).pValue, 12);
  });
});
