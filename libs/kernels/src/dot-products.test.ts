import { openDotProducts } from './dot-products';
import { seededUniform } from './seeded-normal';

function aTable(rows: number, rank: number, seed: number): Float32Array {
  const uniform = seededUniform(seed);
  return Float32Array.from({ length: rows * rank }, () => uniform() - 0.5);
}

describe('openDotProducts', () => {
  it.each([
    [1, 1, 1],
    [8, 4, 4],
    [13, 7, 5],
    [30, 64, 9],
  ])('multiplies a table of %d rows of %d with %d vectors', (rowCount, rank, count) => {
    const table = aTable(rowCount, rank, 1);
    const vectors = aTable(count, rank, 2);
    const products = openDotProducts(table, rank).of(vectors);
    expect(products).toHaveLength(count * rowCount);
    products.forEach((product, at) => {
      const [v, row] = [Math.floor(at / rowCount), at % rowCount];
      let expected = 0;
      for (let k = 0; k < rank; k++) expected += vectors[v * rank + k]! * table[row * rank + k]!;
      // at most 64 terms below 1/4: float rounding stays far below this
      expect(Math.abs(product - expected)).toBeLessThan(1e-5);
    });
  });

  it('gives nothing for no vectors, and refuses rows of another length', () => {
    const products = openDotProducts(aTable(5, 4, 1), 4);
    expect(products.of(new Float32Array(0))).toHaveLength(0);
    expect(() => products.of(new Float32Array(6))).toThrow(expect.objectContaining({ code: 'invalid.factors' }));
    expect(() => openDotProducts(new Float32Array(7), 4)).toThrow(expect.objectContaining({ code: 'invalid.factors' }));
  });
});
