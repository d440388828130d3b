import { drawsOf, many, shareOf } from '../tests/draws';
import { cuped } from './cuped';
import { pairMomentsOf } from './pair-moments';

/** Units whose metric correlates with the covariate by `rho`. */
function units({ normal }: ReturnType<typeof drawsOf>, count: number, rho: number, effect = 0) {
  const x = many(count, normal);
  return pairMomentsOf(
    x,
    x.map((value) => effect + rho * value + Math.sqrt(1 - rho * rho) * normal()),
  );
}

describe('cuped', () => {
  it.each([0, 0.3, 0.6, 0.9])('leaves 1 - rho^2 of the variance, for rho = %d', (rho) => {
    const draws = drawsOf(5);
    const { varianceReduction } = cuped(units(draws, 20_000, rho), units(draws, 20_000, rho));
    // the squared correlation of 40,000 pairs has a standard error of 2 rho (1 - rho^2) / 200, at most 0.004
    expect(Math.abs(varianceReduction - rho ** 2)).toBeLessThan(0.013);
  });

  it('keeps its 95 % with an effect, although theta is learned from the same units', () => {
    const draws = drawsOf(6);
    const covered = shareOf(1_000, () => {
      const { low, high } = cuped(units(draws, 60, 0.8), units(draws, 60, 0.8, 0.5)).comparison;
      return low < 0.5 && 0.5 < high;
    });
    // 1,000 runs have a standard error of 0.007; three and a half of them
    expect(Math.abs(covered - 0.95)).toBeLessThan(0.024);
  });

  it('adjusts nothing where the covariate does not vary', () => {
    const [control, treatment] = [pairMomentsOf([1, 1, 1], [1, 2, 4]), pairMomentsOf([1, 1, 1], [2, 3, 5])];
    const found = cuped(control, treatment);
    expect([found.theta, found.comparison.difference]).toEqual([0, 1]);
    expect(found.varianceReduction).toBeCloseTo(0, 14);
  });

  it('takes out what the variants differed in before', () => {
    const control = pairMomentsOf([1, 2, 3, 4], [1.1, 1.9, 3.1, 3.9]);
    const treatment = pairMomentsOf([3, 4, 5, 6], [3.1, 3.9, 5.1, 5.9]);
    expect(Math.abs(cuped(control, treatment).comparison.difference)).toBeLessThan(0.1);
  });
});
