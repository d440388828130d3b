import { seededRandom } from './seeded-random';
import { SparseTop } from './sparse-top';

const lists = { width: 2, rows: Int32Array.of(1, 2, 0, 2, 3, 3), weights: Float32Array.of(0.5, 0.25, 1, 0.5, 2, 0) };

describe('SparseTop', () => {
  it('adds up what the neighbours of a history say, best first', () => {
    const { rows, scores } = new SparseTop(lists, 4).best(Int32Array.of(0, 1), Float32Array.of(1, 2), 10);
    expect([...rows]).toEqual([0, 2, 1]);
    expect([...scores]).toEqual([2, 1.25, 0.5]);
  });

  it('gives no more than asked, and begins anew with each question', () => {
    const top = new SparseTop(lists, 4);
    top.best(Int32Array.of(2), Float32Array.of(5), 3);
    expect([...top.best(Int32Array.of(0), Float32Array.of(1), 1).rows]).toEqual([1]);
    expect([...top.best(Int32Array.of(0), Float32Array.of(1), 0).rows]).toEqual([]);
  });

  it('says nothing of rows whose sum is 0', () => {
    const { rows } = new SparseTop(lists, 4).best(Int32Array.of(2, 2), Float32Array.of(1, -1), 5);
    expect([...rows]).toEqual([]);
  });

  it('equals the sums over all rows, sorted, on seeded lists, ties in the order of rows', () => {
    const random = seededRandom(Uint8Array.of(5));
    const [rowCount, width] = [300, 20];
    const below = (end: number) => Math.floor(end * random());
    const table = {
      width,
      rows: Int32Array.from({ length: rowCount * width }, () => below(rowCount)),
      // eighths, so that ties are common and sums exact
      weights: Float32Array.from({ length: rowCount * width }, () => (below(17) - 4) / 8),
    };
    const top = new SparseTop(table, rowCount);
    for (let round = 0; round < 50; round++) {
      const history = Int32Array.from({ length: 12 }, () => below(rowCount));
      const strengths = Float32Array.from(history, () => below(8) / 4);
      const sums = new Float64Array(rowCount);
      history.forEach((own, h) => {
        for (let at = own * width; at < (own + 1) * width; at++)
          sums[table.rows[at]!]! += strengths[h]! * table.weights[at]!;
      });
      const wanted = Array.from(sums.keys()).filter((row) => sums[row] !== 0);
      wanted.sort((a, b) => sums[b]! - sums[a]! || a - b);
      const found = top.best(history, strengths, 40);
      expect([...found.rows]).toEqual(wanted.slice(0, 40));
      expect([...found.scores]).toEqual(wanted.slice(0, 40).map((row) => Math.fround(sums[row]!)));
    }
  });
});
