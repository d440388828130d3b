import { buildCsr } from './csr';
import { openFoldIn } from './fold-in';
import { seededUniform } from './seeded-normal';
import { trainIals } from './train-ials';

const objective = { rank: 12, regularization: 0.02, alpha0: 0.3 };

async function aModel() {
  const uniform = seededUniform(3);
  const rows = Int32Array.from({ length: 900 }, () => Math.floor(uniform() * 60));
  const columns = Int32Array.from({ length: 900 }, () => Math.floor(uniform() * 40));
  const users = buildCsr({ rowCount: 60, rows, columns });
  const settings = { ...objective, iterations: 8, initStd: 0.3, seed: 5, threads: 1 };
  return { users, ...(await trainIals({ users, itemCount: 40, ...settings })) };
}

describe('openFoldIn', () => {
  it('solves the equations that define a user vector', async () => {
    const { users, itemFactors } = await aModel();
    const { rank, alpha0, regularization } = objective;
    const history = users.indices.subarray(users.offsets[4]!, users.offsets[5]!);
    const x = openFoldIn(itemFactors, objective).solve(history, new Float32Array(history.length).fill(1));
    const score = (item: number) => x.reduce((total, v, c) => total + v * itemFactors[item * rank + c]!, 0);
    // the gradient of the user's loss is zero at the solution
    for (let c = 0; c < rank; c++) {
      let gradient = regularization * (history.length + alpha0 * 40) * x[c]!;
      for (const item of history) gradient += (score(item) - 1) * itemFactors[item * rank + c]!;
      for (let item = 0; item < 40; item++) gradient += alpha0 * score(item) * itemFactors[item * rank + c]!;
      expect(Math.abs(gradient)).toBeLessThan(1e-4);
    }
  });

  it('gives the same vector again after a longer history was solved', async () => {
    const { itemFactors } = await aModel();
    const foldIn = openFoldIn(itemFactors, objective);
    const first = foldIn.solve([1, 2, 3], [1, 1, 2]);
    const long = Array.from({ length: 20_000 }, (_, e) => e % 40);
    foldIn.solve(long, new Float32Array(long.length).fill(1));
    expect(foldIn.solve([1, 2, 3], [1, 1, 2])).toEqual(first);
  });

  it('gives zeros for an empty history', async () => {
    const { itemFactors } = await aModel();
    expect([...openFoldIn(itemFactors, objective).solve([], [])]).toEqual(new Array(12).fill(0));
  });

  it.each([
    ['an item that does not exist', [40], [1]],
    ['a weight that is not a number', [1], [Number.NaN]],
    ['fewer weights than items', [1, 2], [1]],
  ])('refuses %s', async (_, items, weights) => {
    const { itemFactors } = await aModel();
    expect(() => openFoldIn(itemFactors, objective).solve(items, weights)).toThrow(
      expect.objectContaining({ code: 'invalid.history' }),
    );
  });
});
