import { drawsOf, shareOf } from '../tests/draws';
import { checkSampleRatio } from './check-sample-ratio';
import { sampleRatioTest } from './sample-ratio-test';
import { sequentialSampleRatio } from './sequential-sample-ratio';

const HALVES = [0.5, 0.5];
const NAMES = ['control', 'treatment'];

/** Units of two halves, by the normal limit of the binomial, of which the treatment loses a share. */
function counts({ normal }: ReturnType<typeof drawsOf>, total: number, lost = 0): number[] {
  const treatment = Math.round(total / 2 + (Math.sqrt(total) / 2) * normal());
  return [total - treatment, Math.round(treatment * (1 - lost))];
}

describe('the sample-ratio check', () => {
  it('finds 2 % of 100,000 units lost in one variant, 95 times of 100 at least', () => {
    const draws = drawsOf(8);
    // 2 % of all units are 4 % of one half
    const found = shareOf(1_000, () => !checkSampleRatio(NAMES, counts(draws, 100_000, 0.04), HALVES).isSound);
    expect(found).toBeGreaterThanOrEqual(0.95);
  });

  it('withholds one healthy experiment of a hundred', () => {
    const draws = drawsOf(9);
    const found = shareOf(10_000, () => !checkSampleRatio(NAMES, counts(draws, 100_000), HALVES).isSound);
    // 10,000 runs of 0.01 have a standard error of 0.001; three and a half of them
    expect(Math.abs(found - 0.01)).toBeLessThan(0.0035);
  });

  it('says which variant misses how many units', () => {
    const { reason } = checkSampleRatio(NAMES, [50_000, 48_000], HALVES);
    expect(reason).toMatch(/control has 50000 units where 49000 are due, treatment has 48000 .*\(p = 1\.7e-10\)/);
  });

  it('can be looked at after every hundred units without more false alarms', () => {
    const { bernoulli } = drawsOf(10);
    const looks = { fixed: 0, sequential: 0 };
    for (let run = 0; run < 300; run++) {
      let [treatment, isFixedOut, isSequentialOut] = [0, false, false];
      for (let look = 1; look <= 100; look++) {
        for (let unit = 0; unit < 100; unit++) treatment += bernoulli(0.5);
        const seen = [look * 100 - treatment, treatment];
        isFixedOut ||= sampleRatioTest(seen, HALVES).pValue < 0.05;
        isSequentialOut ||= sequentialSampleRatio(seen, HALVES).pValue < 0.05;
      }
      if (isFixedOut) looks.fixed++;
      if (isSequentialOut) looks.sequential++;
    }
    expect(looks.sequential / 300).toBeLessThanOrEqual(0.05);
    expect(looks.fixed / 300).toBeGreaterThan(0.25);
  });

  it('has the Bayes factor of the Dirichlet-multinomial', () => {
    // with Beta(2, 2) for 3 heads and 1 tail: B(5, 3) / B(2, 2) / 0.5^4 = (1 / 105) * 6 * 16
    expect(sequentialSampleRatio([3, 1], HALVES, 4).bayesFactor).toBeCloseTo((6 * 16) / 105, 12);
  });

  it('finds nothing where nobody came yet', () => {
    expect(sampleRatioTest([0, 0], HALVES)).toEqual({ statistic: 0, degreesOfFreedom: 1, pValue: 1 });
    expect(checkSampleRatio(NAMES, [0, 0], HALVES).isSound).toBe(true);
  });

  it.each([
    ['shares that do not add up', [1, 2], [0.5, 0.4], 'invalid.shares'],
    ['a share of 0', [1, 2], [1, 0], 'invalid.shares'],
    ['one variant', [1], [1], 'invalid.shares'],
    ['a count below 0', [1, -2], HALVES, 'invalid.counts'],
  ])('refuses %s', (_, seen, shares, code) => {
    expect(() => sampleRatioTest(seen, shares)).toThrow(expect.objectContaining({ code }));
  });
});
