import { type MfSgd, openMfSgd } from './mf-sgd';
import { seededNormal, seededUniform } from './seeded-normal';

const SIZES = { userCount: 7, itemCount: 5, rank: 12 };
const STEP = { learningRate: 0.1, regularization: 0.05, biasRegularization: 0.02 };

function someRatings() {
  const normal = seededNormal(3);
  const pairs = Array.from({ length: 35 }, (_, e) => [e % 7, e % 5] as const);
  return {
    users: Int32Array.from(pairs, ([user]) => user),
    items: Int32Array.from(pairs, ([, item]) => item),
    ratings: Float32Array.from(pairs, normal),
  };
}

function start(): MfSgd {
  const sgd = openMfSgd({ ...SIZES, ...someRatings() });
  const normal = seededNormal(5);
  for (const table of [sgd.state.userFactors, sgd.state.itemFactors]) {
    for (let at = 0; at < table.length; at++) table[at] = 0.3 * normal();
  }
  return sgd;
}

const ORDER = Int32Array.from({ length: 35 }, (_, e) => (e * 11) % 35);

/** The same steps in plain numbers. */
function descendPlainly(sgd: MfSgd): number {
  const { rank } = SIZES;
  const { users, items, ratings } = someRatings();
  const { state: s } = sgd;
  let total = 0;
  const stepBias = (bias: Float32Array, squares: Float32Array, row: number, error: number) => {
    const gradient = error - STEP.biasRegularization * bias[row]!;
    squares[row]! += gradient ** 2;
    bias[row]! += (STEP.learningRate * gradient) / Math.sqrt(squares[row]!);
  };
  for (const e of ORDER) {
    const [u, i] = [users[e]!, items[e]!];
    const p = s.userFactors.slice(u * rank, (u + 1) * rank);
    const q = s.itemFactors.slice(i * rank, (i + 1) * rank);
    const error = ratings[e]! - s.userBiases[u]! - s.itemBiases[i]! - p.reduce((sum, x, k) => sum + x * q[k]!, 0);
    total += error ** 2;
    stepBias(s.userBiases, s.userBiasSquares, u, error);
    stepBias(s.itemBiases, s.itemBiasSquares, i, error);
    for (const [own, other, table, squares, row] of [
      [p, q, s.userFactors, s.userSquares, u],
      [q, p, s.itemFactors, s.itemSquares, i],
    ] as const) {
      const gradients = own.map((x, k) => error * other[k]! - STEP.regularization * x);
      const rate = STEP.learningRate / Math.sqrt(squares[row]!);
      table.set(
        own.map((x, k) => x + rate * gradients[k]!),
        row * rank,
      );
      squares[row]! += gradients.reduce((sum, g) => sum + g * g, 0) / rank;
    }
  }
  return total;
}

describe('stochastic gradient descent for matrix factorization', () => {
  it('makes the steps that its equations say', () => {
    const [kernel, plain] = [start(), start()];
    const errors = [kernel.descend(ORDER, STEP), descendPlainly(plain)];
    // sums of a dozen single-precision products in another order
    expect(Math.abs(errors[0]! - errors[1]!)).toBeLessThan(1e-4);
    for (const name of Object.keys(kernel.state) as (keyof MfSgd['state'])[]) {
      const worst = kernel.state[name].reduce((max, x, at) => Math.max(max, Math.abs(x - plain.state[name][at]!)), 0);
      expect(worst).toBeLessThan(1e-5);
    }
  });

  it('gives the same bytes for the same order', () => {
    const [one, two] = [start(), start()];
    for (const sgd of [one, two]) for (let epoch = 0; epoch < 3; epoch++) sgd.descend(ORDER, STEP);
    expect(one.state.userFactors).toEqual(two.state.userFactors);
    expect(one.state.itemBiases).toEqual(two.state.itemBiases);
  });

  it('learns what made the ratings', () => {
    const sgd = start();
    const uniform = seededUniform(1);
    const errors = Array.from({ length: 30 }, () => {
      const order = ORDER.slice();
      for (let at = order.length - 1; at > 0; at--) {
        const to = Math.floor(uniform() * (at + 1));
        [order[at], order[to]] = [order[to]!, order[at]!];
      }
      return sgd.descend(order, { ...STEP, learningRate: 0.3, regularization: 0.001 });
    });
    expect(errors.at(-1)!).toBeLessThan(errors[0]! / 10);
  });

  it('refuses indices outside of the matrix', () => {
    const data = { ...SIZES, ...someRatings() };
    const refusal = expect.objectContaining({ code: 'invalid.matrix' });
    expect(() => openMfSgd({ ...data, userCount: 3 })).toThrow(refusal);
    expect(() => openMfSgd({ ...data, rank: 6 })).toThrow(refusal);
    expect(() => openMfSgd(data).descend(Int32Array.of(35), STEP)).toThrow(refusal);
  });
});
