import { openFoldIn } from './fold-in';
import { seededNormal } from './seeded-normal';
import { userCovariance } from './user-covariance';

const objective = { rank: 12, regularization: 0.02, alpha0: 0.3, nu: 0.8 };
const normal = seededNormal(4);
const itemFactors = Float32Array.from({ length: 5_000 * 12 }, () => normal() / 10);
const multiplied = (matrix: Float32Array, vector: ArrayLike<number>) =>
  Array.from({ length: 12 }, (_, row) => Array.from(vector).reduce((sum, v, c) => sum + matrix[row * 12 + c]! * v, 0));

describe('userCovariance', () => {
  it('is the inverse of what the objective says of a user of whom nothing was observed', () => {
    const covariance = userCovariance(itemFactors, objective);
    const precision = new Float32Array(144);
    for (let i = 0; i < itemFactors.length; i += 12) {
      for (let a = 0; a < 12; a++)
        for (let b = 0; b < 12; b++) precision[a * 12 + b]! += 0.3 * itemFactors[i + a]! * itemFactors[i + b]!;
    }
    for (let c = 0; c < 12; c++) precision[c * 13]! += 0.02 * (0.3 * 5_000) ** 0.8;
    for (let c = 0; c < 12; c++) {
      const unit = multiplied(covariance, precision.subarray(c * 12, (c + 1) * 12));
      // float32 sums over 5,000 rows
      for (const [at, value] of unit.entries()) expect(value).toBeCloseTo(at === c ? 1 : 0, 4);
    }
  });

  it('gives with one observation the vector that fold-in gives, up to the regularization of that observation', () => {
    const plain = { ...objective, nu: 0 };
    const covariance = userCovariance(itemFactors, plain);
    const y = itemFactors.subarray(12 * 77, 12 * 78);
    const z = multiplied(covariance, y);
    const gain = 1 / (1 / 2 + z.reduce((sum, v, c) => sum + v * y[c]!, 0));
    const folded = openFoldIn(itemFactors, plain).solve([77], [2]);
    for (const [c, value] of folded.entries()) expect(value).toBeCloseTo(z[c]! * gain, 5);
  });

  it('refuses numbers that are no rows', () => {
    expect(() => userCovariance(new Float32Array(13), objective)).toThrow(
      expect.objectContaining({ code: 'invalid.factors' }),
    );
  });
});
