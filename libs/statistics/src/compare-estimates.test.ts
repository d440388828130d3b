import { drawsOf, many, shareOf } from '../tests/draws';
import { compareEstimates } from './compare-estimates';
import { effectSize, effectSizeOfProportions } from './effect-size';
import { estimateOfMean } from './estimate';
import { estimateInterval, proportionInterval } from './estimate-interval';
import { momentsOf } from './moments';
import { pairMomentsOf } from './pair-moments';
import { proportionTest } from './proportion-test';
import { quantileEstimate } from './quantile-estimate';
import { ratioMoments } from './ratio-moments';
import { relativeLift } from './relative-lift';
import { welchTest } from './welch-test';

// 1,000 runs of coverage 0.95 have a standard error of 0.007; three and a half of them
const RUNS = 1_000;
const TOLERANCE = 0.024;

describe('compareEstimates', () => {
  it('tells treatment - control', () => {
    const found = welchTest(momentsOf([1, 2, 3, 4]), momentsOf([6, 7, 8, 9]));
    expect(found.difference).toBe(5);
    expect(found.low).toBeGreaterThan(0);
  });

  it('gives the tails of one side that add up to 1', () => {
    const [control, treatment] = [momentsOf([1, 2, 3, 4]), momentsOf([2, 3, 3, 5])];
    const [less, greater] = (['less', 'greater'] as const).map(
      (alternative) => welchTest(control, treatment, { alternative }).pValue,
    );
    expect(less! + greater!).toBeCloseTo(1, 12);
  });

  it.each([
    ['one value', momentsOf([1]), momentsOf([1, 2]), 'invalid.sample'],
    ['no variation', momentsOf([1, 1]), momentsOf([2, 2]), 'failed_precondition.no_variation'],
    ['a value that is infinite', momentsOf([1, Number.POSITIVE_INFINITY]), momentsOf([1, 2]), 'invalid.sample'],
  ])('refuses %s', (_, control, treatment, code) => {
    expect(() => welchTest(control, treatment)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a confidence that is none', () => {
    const some = momentsOf([1, 2, 3]);
    expect(() => welchTest(some, some, { confidence: 95 })).toThrow(
      expect.objectContaining({ code: 'invalid.confidence' }),
    );
  });
});

describe('intervals of 95 %', () => {
  it('of ratios cover the truth, clustered by unit, where single rows would not', () => {
    const { exponential, bernoulli, uniform } = drawsOf(2);
    const truth = 0.2;
    let naive = 0;
    const covered = shareOf(RUNS, () => {
      const x: number[] = [];
      const y: number[] = [];
      for (let unit = 0; unit < 200; unit++) {
        const rows = 1 + Math.floor(5 * exponential());
        const rate = uniform() * 2 * truth;
        x.push(rows);
        y.push(many(rows, () => bernoulli(rate)).reduce((sum, click) => sum + click, 0));
      }
      const pairs = pairMomentsOf(x, y);
      const estimate = ratioMoments(pairs);
      const { mean } = estimate;
      const rows = pairs.meanX * pairs.count;
      if (Math.abs(mean - truth) < 1.96 * Math.sqrt((mean * (1 - mean)) / rows)) naive++;
      const { low, high } = estimateInterval(estimate);
      return low < truth && truth < high;
    });
    expect(Math.abs(covered - 0.95)).toBeLessThan(TOLERANCE);
    expect(naive / RUNS).toBeLessThan(0.92);
  });

  it('of quantiles cover the truth, clustered by unit', () => {
    const { exponential, normal } = drawsOf(3);
    // each unit has its own scale, so that its four rows are alike; the median of exp(normal) times an exponential is found by drawing
    const rowsOf = (units: number) => {
      const values = new Float64Array(units * 4);
      for (let unit = 0; unit < units; unit++) {
        const scale = Math.exp(normal());
        for (let row = 0; row < 4; row++) values[4 * unit + row] = scale * exponential();
      }
      return values;
    };
    const drawn = rowsOf(100_000).sort();
    const truth = drawn[drawn.length / 2]!;
    const units = Int32Array.from({ length: 1_200 }, (_, row) => row >> 2);
    const covered = shareOf(RUNS / 2, () => {
      const { mean, standardError } = quantileEstimate({ values: rowsOf(300), units }, 0.5);
      return Math.abs(mean - truth) < 1.96 * standardError;
    });
    // 500 runs have a standard error of 0.01
    expect(Math.abs(covered - 0.95)).toBeLessThan(0.034);
  });

  it('of lifts cover the truth, also where the control is small and uncertain', () => {
    const { exponential } = drawsOf(4);
    const covered = shareOf(RUNS, () => {
      const control = estimateOfMean(momentsOf(many(30, exponential)));
      const treatment = estimateOfMean(momentsOf(many(30, () => 1.2 * exponential())));
      const lift = relativeLift(control, treatment);
      return lift.isDefined && lift.low < 0.2 && 0.2 < lift.high;
    });
    // exponentials of 30 are skewed, for which t intervals are a little short
    expect(covered).toBeGreaterThan(0.915);
    expect(covered).toBeLessThan(0.97);
  });

  it('of shares stay within 0 and 1, and say something of no success at all', () => {
    const { low, high } = proportionInterval({ successes: 0, count: 50 });
    // the Wilson interval of 0 of n ends at z^2 / (n + z^2)
    expect(low).toBe(0);
    expect(high).toBeCloseTo(1.959963984540054 ** 2 / (50 + 1.959963984540054 ** 2), 12);
  });
});

describe('relativeLift', () => {
  const near = { count: 100, mean: 1, standardError: 1 };
  const far = { count: 100, mean: 10, standardError: 1 };

  it('contains 0 exactly when the difference does', () => {
    for (const mean of [10.5, 12, 12.8, 12.9, 13.5]) {
      const treatment = { count: 100, mean, standardError: 1 };
      const lift = relativeLift(far, treatment);
      if (!lift.isDefined) throw new Error('must be defined');
      expect(lift.low > 0).toBe(compareEstimates(far, treatment).low > 0);
    }
  });

  it('says why where the control may be 0', () => {
    expect(relativeLift(near, far)).toEqual({ isDefined: false, reason: expect.stringMatching(/control.*0/) });
  });

  it('calls more more, where the control is negative too', () => {
    const lift = relativeLift({ ...far, mean: -10 }, { ...far, mean: -5 });
    if (!lift.isDefined) throw new Error('must be defined');
    expect(lift.lift).toBeCloseTo(0.5, 12);
    expect([lift.low < 0.5, lift.high > 0.5]).toEqual([true, true]);
  });
});

describe('effect sizes', () => {
  it('are differences in standard deviations of units', () => {
    expect(effectSize(momentsOf([-1, 0, 1]), momentsOf([1, 2, 3]))).toBeCloseTo(2, 12);
    expect(effectSize(momentsOf([1, 1]), momentsOf([2, 2]))).toBeUndefined();
  });

  it('of shares are those of their arcs', () => {
    // 2 asin(sqrt(0.75)) - 2 asin(sqrt(0.25)) = 2 (60 - 30 degrees)
    expect(effectSizeOfProportions(0.25, 0.75)).toBeCloseTo(Math.PI / 3, 12);
  });
});

describe('proportionTest', () => {
  it('refuses successes that are no part of the units', () => {
    const some = { successes: 5, count: 10 };
    expect(() => proportionTest(some, { successes: 11, count: 10 })).toThrow(
      expect.objectContaining({ code: 'invalid.proportion' }),
    );
  });

  it('refuses to judge where nobody succeeded', () => {
    const nobody = { successes: 0, count: 10 };
    expect(() => proportionTest(nobody, nobody)).toThrow(
      expect.objectContaining({ code: 'failed_precondition.no_variation' }),
    );
  });
});
