import { seededNormal } from '@attune/kernels';
import { principalAxes } from './principal-axes';
import { symmetricEigen } from './symmetric-eigen';

const RANK = 6;

function tableOf(rows: number, seed: number): Float32Array {
  return Float32Array.from({ length: rows * RANK }, seededNormal(seed));
}

function dots(left: Float32Array, right: Float32Array): number[] {
  const rows = (table: Float32Array) =>
    Array.from({ length: table.length / RANK }, (_, row) => table.subarray(row * RANK, (row + 1) * RANK));
  return rows(left).flatMap((x) => rows(right).map((y) => x.reduce((sum, v, k) => sum + v * y[k]!, 0)));
}

const squares = (table: Float32Array) =>
  Array.from({ length: RANK }, (_, k) => table.reduce((sum, x, at) => sum + (at % RANK === k ? x * x : 0), 0));

describe('principal axes', () => {
  it('keep every dot product, and order dimensions by what they carry, equally on both sides', () => {
    const [userFactors, itemFactors] = [tableOf(20, 1), tableOf(15, 2)];
    const turned = principalAxes({ userFactors, itemFactors }, RANK);
    const [before, after] = [dots(userFactors, itemFactors), dots(turned.userFactors, turned.itemFactors)];
    // single precision: sums of six products of numbers about 1
    before.forEach((x, at) => {
      expect(after[at]!).toBeCloseTo(x, 4);
    });
    const [ofUsers, ofItems] = [squares(turned.userFactors), squares(turned.itemFactors)];
    ofUsers.forEach((x, k) => {
      expect(ofItems[k]! / x).toBeCloseTo(1, 4);
    });
    expect([...ofUsers].sort((a, b) => b - a)).toEqual(ofUsers);
  });

  it('end in zeros where tables have fewer dimensions than they could', () => {
    const flat = (table: Float32Array) => table.map((x, at) => (at % RANK < 2 ? x : 0));
    const [userFactors, itemFactors] = [flat(tableOf(20, 1)), flat(tableOf(15, 2))];
    const turned = principalAxes({ userFactors, itemFactors }, RANK);
    expect(squares(turned.userFactors).slice(2)).toEqual([0, 0, 0, 0]);
    const [before, after] = [dots(userFactors, itemFactors), dots(turned.userFactors, turned.itemFactors)];
    before.forEach((x, at) => {
      expect(after[at]!).toBeCloseTo(x, 4);
    });
  });

  it('come from eigenvectors that are orthonormal and satisfy their equation', () => {
    const root = tableOf(RANK, 3);
    const matrix = Float64Array.from(dots(root, root));
    const { values, vectors } = symmetricEigen(matrix, RANK);
    for (let a = 0; a < RANK; a++) {
      for (let b = 0; b < RANK; b++) {
        let [product, image] = [0, 0];
        for (let k = 0; k < RANK; k++) {
          product += vectors[k * RANK + a]! * vectors[k * RANK + b]!;
          image += matrix[b * RANK + k]! * vectors[k * RANK + a]!;
        }
        expect(product).toBeCloseTo(a === b ? 1 : 0, 10);
        expect(image).toBeCloseTo(values[a]! * vectors[b * RANK + a]!, 10);
      }
    }
  });
});
