import { drawSome, randomOrder } from './random-order';
import { seededUniform } from './seeded-normal';

describe('order by lot', () => {
  it('has every number once, in an order that the seed decides', () => {
    const order = randomOrder(50, seededUniform(3));
    expect([...order].sort((a, b) => a - b)).toEqual([...Array(50).keys()]);
    expect(order).toEqual(randomOrder(50, seededUniform(3)));
    expect(order).not.toEqual(randomOrder(50, seededUniform(4)));
  });

  it('lets every value be drawn equally often, none twice, and leaves the values as they are', () => {
    const values = Int32Array.of(10, 11, 12, 13, 14);
    const uniform = seededUniform(7);
    const drawnOf = new Map<number, number>();
    for (let round = 0; round < 5_000; round++) {
      const drawn = drawSome(values, 2, uniform);
      expect(drawn[0]).not.toBe(drawn[1]);
      for (const value of drawn) drawnOf.set(value, (drawnOf.get(value) ?? 0) + 1);
    }
    // 2,000 each; five standard deviations of a binomial of 5,000 draws at 2/5 are 174
    for (const value of values) expect(Math.abs(drawnOf.get(value)! - 2_000)).toBeLessThan(174);
    expect([...values]).toEqual([10, 11, 12, 13, 14]);
  });

  it('gives all there are where more are asked for', () => {
    expect([...drawSome(Int32Array.of(1, 2), 5, seededUniform(1))].sort()).toEqual([1, 2]);
  });
});
