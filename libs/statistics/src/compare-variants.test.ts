import { drawsOf, many } from '../tests/draws';
import { compareVariants, type VariantComparison, type VariantQuestion } from './compare-variants';
import { momentsOf } from './moments';
import { pairMomentsOf } from './pair-moments';
import { proportionTest } from './proportion-test';

type Compared = Extract<VariantComparison, { status: 'compared' }>;

function compared(question: VariantQuestion): Compared {
  const found = compareVariants(question);
  if (found.status !== 'compared') throw new Error(found.reason);
  return found;
}

describe('compareVariants', () => {
  it('tests shares by chi-square and believes them as Betas', () => {
    const [control, treatment] = [
      { kind: 'proportion', successes: 480, count: 10_000 },
      { kind: 'proportion', successes: 560, count: 10_000 },
    ] as const;
    const found = compared({ control, treatment });
    expect([found.test, found.posterior.kind]).toEqual(['chi_square', 'beta']);
    expect(found.pValue).toBe(proportionTest(control, treatment).pValue);
    expect(found.posterior.probabilityBetter).toBeGreaterThan(0.99);
    expect(found.sequential.low).toBeLessThan(found.low);
  });

  it('narrows the interval by a covariate', () => {
    const { normal } = drawsOf(13);
    const sums = (effect: number) => {
      const x = many(500, normal);
      const y = x.map((value) => effect + 3 * value + normal());
      return { kind: 'mean', moments: momentsOf(y), covariate: pairMomentsOf(x, y) } as const;
    };
    const found = compared({ control: sums(10), treatment: sums(10.5) });
    // rho^2 is 0.9, so that the interval is about sqrt(0.1) as wide
    expect((found.cuped!.high - found.cuped!.low) / (found.high - found.low)).toBeLessThan(0.4);
    expect(found.cuped!.pValue).toBeLessThan(1e-6);
  });

  it('compares ratios, whose units may have many rows', () => {
    const control = { kind: 'ratio', pairs: pairMomentsOf([1, 5, 2, 3], [1, 1, 1, 0]) } as const;
    const treatment = { kind: 'ratio', pairs: pairMomentsOf([2, 4, 2, 3], [1, 3, 1, 2]) } as const;
    const found = compared({ control, treatment });
    expect(found.difference).toBeCloseTo(7 / 11 - 3 / 11, 14);
    expect(found.sequential).toMatchObject({ isWarm: false, pValue: 1 });
  });

  it('says why there is nothing to compare', () => {
    const nobody = { kind: 'proportion', successes: 0, count: 50 } as const;
    expect(compareVariants({ control: nobody, treatment: nobody })).toMatchObject({ status: 'not_compared' });
    const one = { kind: 'mean', moments: momentsOf([1]) } as const;
    const some = { kind: 'mean', moments: momentsOf([1, 2, 3]) } as const;
    expect(compareVariants({ control: one, treatment: some })).toMatchObject({
      reason: expect.stringMatching(/1 units/),
    });
  });

  it('refuses to compare different kinds of metrics', () => {
    const control = { kind: 'proportion', successes: 2, count: 50 } as const;
    const treatment = { kind: 'mean', moments: momentsOf([1, 2, 3]) } as const;
    expect(() => compareVariants({ control, treatment })).toThrow(expect.objectContaining({ code: 'invalid.metric' }));
  });
});
