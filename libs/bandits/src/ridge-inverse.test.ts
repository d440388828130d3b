import { seededRandom } from '@attune/testkit';
import { invertSymmetric, RidgeInverse } from './ridge-inverse';

const D = 12;

function identity(scale: number): Float64Array {
  return Float64Array.from({ length: D * D }, (_, at) => (at % (D + 1) === 0 ? scale : 0));
}

/** The largest entry of matrix times inverse - 1. */
function residual(matrix: Float64Array, inverse: Float64Array): number {
  let worst = 0;
  for (let row = 0; row < D; row++) {
    for (let column = 0; column < D; column++) {
      let sum = row === column ? -1 : 0;
      for (let k = 0; k < D; k++) sum += matrix[row * D + k]! * inverse[k * D + column]!;
      worst = Math.max(worst, Math.abs(sum));
    }
  }
  return worst;
}

function grown(updates: number, options?: { refreshUpdates: number }): RidgeInverse {
  const random = seededRandom(3);
  const inverse = new RidgeInverse(identity(0.01), options);
  const x = new Float64Array(D);
  for (let update = 0; update < updates; update++) {
    // correlated and of different sizes, as features are
    const common = random();
    for (let at = 0; at < D; at++) x[at] = at === 0 ? 1 : (common + 0.2 * random()) * (1 + at);
    inverse.update(x, 1);
  }
  return inverse;
}

describe('RidgeInverse', () => {
  it('is still the inverse after 100,000 updates', () => {
    const kept = grown(100_000);
    const direct = new Float64Array(D * D);
    invertSymmetric(kept.matrix, direct);
    expect(residual(kept.matrix, direct)).toBeLessThan(1e-7);
    for (let at = 0; at < D * D; at++) {
      // the matrix has a condition of 1e6; both ways lose as many digits
      expect(Math.abs(kept.inverse[at]! - direct[at]!)).toBeLessThan(1e-8 * Math.abs(direct[0]!));
    }
  });

  it('stays close without any refresh, so that the refresh is not what makes it right', () => {
    const kept = grown(20_000, { refreshUpdates: Number.POSITIVE_INFINITY });
    expect(residual(kept.matrix, kept.inverse)).toBeLessThan(1e-6);
  });

  it('measures the width of a belief', () => {
    const inverse = new RidgeInverse(identity(4));
    const x = Float64Array.from({ length: D }, (_, at) => (at < 4 ? 1 : 0));
    expect(inverse.quadratic(x)).toBeCloseTo(1, 14);
    inverse.update(x, 1);
    // x' (4 I + x x')^-1 x = 1 - 1 / (1 + x' x / 4)
    expect(inverse.quadratic(x)).toBeCloseTo(0.5, 14);
  });
});
