import { buildCsr, type Csr } from './csr';
import { dominantSubspace } from './dominant-subspace';
import { nearestItems } from './nearest-items';
import { neighborRegression } from './neighbor-regression';
import { easeWeights, ridgeInverse } from './ridge-inverse';
import { seededUniform } from './seeded-normal';

const users = 150;

/** A seeded matrix with rows that ascend, without duplicates; few columns have most of the entries. */
function aMatrix(columnCount: number, { seed = 7, perUser = 12 } = {}): Csr {
  const uniform = seededUniform(seed);
  const rows: number[] = [];
  const columns: number[] = [];
  for (let user = 0; user < users; user++) {
    const own = new Set(Array.from({ length: perUser }, () => Math.floor(columnCount * uniform() ** 2)));
    for (const column of [...own].sort((a, b) => a - b)) {
      rows.push(user);
      columns.push(column);
    }
  }
  const values = Float32Array.from(rows, () => 0.5 + uniform());
  return buildCsr({ rowCount: users, rows: Int32Array.from(rows), columns: Int32Array.from(columns), values });
}

function denseOf(matrix: Csr, columnCount: number): Float64Array[] {
  return Array.from({ length: matrix.rowCount }, (_, row) => {
    const dense = new Float64Array(columnCount);
    for (let e = matrix.offsets[row]!; e < matrix.offsets[row + 1]!; e++) dense[matrix.indices[e]!] = matrix.values[e]!;
    return dense;
  });
}

/** (X^T X + ridge I)^-1 in float64, by Gauss and Jordan. */
function referenceInverse(matrix: Csr, n: number, ridge: number): Float64Array[] {
  const x = denseOf(matrix, n);
  const a = Array.from({ length: n }, (_, i) => {
    const row = new Float64Array(2 * n);
    for (const user of x) for (let j = 0; j < n; j++) row[j]! += user[i]! * user[j]!;
    row[i]! += ridge;
    row[n + i] = 1;
    return row;
  });
  for (let k = 0; k < n; k++) {
    const pivot = a[k]![k]!;
    for (let j = 0; j < 2 * n; j++) a[k]![j]! /= pivot;
    for (let i = 0; i < n; i++) {
      const scale = a[i]![k]!;
      if (i === k || scale === 0) continue;
      for (let j = 0; j < 2 * n; j++) a[i]![j]! -= scale * a[k]![j]!;
    }
  }
  return a.map((row) => row.subarray(n));
}

const RIDGE = 3;
const common = { ridge: () => RIDGE, threads: 1 };

describe('easeWeights', () => {
  // sizes of one and of several blocks of pivots, with and without a rest that is no multiple of 8
  it.each([5, 128, 300])('equals the float64 solution for %i items', async (n) => {
    const matrix = aMatrix(n);
    const weights = await easeWeights({ matrix, columnCount: n, ...common });
    const inverse = referenceInverse(matrix, n, RIDGE);
    let error = 0;
    for (let i = 0; i < n; i++) {
      const row = weights.row(i);
      expect(row[i]).toBe(0);
      for (let j = 0; j < n; j++) {
        const wanted = i === j ? 0 : -inverse[i]![j]! / inverse[j]![j]!;
        error = Math.max(error, Math.abs(row[j]! - wanted));
      }
    }
    // float32 has 6e-8; the condition number of these matrices is some hundreds
    expect(error).toBeLessThan(1e-5);
  });

  it('gives the same bytes with one thread and with three', async () => {
    const matrix = aMatrix(300);
    const one = await easeWeights({ matrix, columnCount: 300, ridge: () => RIDGE, threads: 1 });
    const three = await easeWeights({ matrix, columnCount: 300, ridge: () => RIDGE, threads: 3 });
    for (let i = 0; i < 300; i++) expect(three.row(i)).toEqual(one.row(i));
  });

  it('says which pivot fails when there is no inverse', async () => {
    const request = {
      matrix: aMatrix(40),
      columnCount: 40,
      ridge: (diagonal: number) => -2 * diagonal - 1,
      threads: 1,
    };
    await expect(easeWeights(request)).rejects.toMatchObject({ code: 'internal.diverged' });
  });

  it('stops when it is cancelled', async () => {
    const request = { matrix: aMatrix(40), columnCount: 40, ...common, signal: AbortSignal.abort() };
    await expect(easeWeights(request)).rejects.toMatchObject({ code: 'cancelled.kernel' });
  });

  it('refuses more items than memory can hold, before it reserves any', async () => {
    const request = { matrix: aMatrix(40), columnCount: 40_000, ...common };
    await expect(easeWeights(request)).rejects.toMatchObject({ code: 'exhausted.memory' });
  });

  it('refuses rows that are out of order', async () => {
    const matrix = buildCsr({ rowCount: 1, rows: Int32Array.of(0, 0), columns: Int32Array.of(3, 1) });
    const refused = easeWeights({ matrix, columnCount: 5, ...common });
    await expect(refused).rejects.toMatchObject({ code: 'invalid.matrix' });
  });
});

describe('ridgeInverse', () => {
  it('has the whole inverse and its diagonal', async () => {
    const matrix = aMatrix(50);
    const { inverse, diagonal } = await ridgeInverse({ matrix, columnCount: 50, ...common });
    const wanted = referenceInverse(matrix, 50, RIDGE);
    for (let i = 0; i < 50; i++) {
      expect(diagonal[i]).toBe(inverse.row(i)[i]);
      expect(Math.max(...wanted[i]!.map((value, j) => Math.abs(inverse.row(i)[j]! - value)))).toBeLessThan(1e-5);
    }
  });

  it('adds up rows with weights, also for histories longer than the matrix', async () => {
    const { inverse } = await ridgeInverse({ matrix: aMatrix(50), columnCount: 50, ...common });
    const uniform = seededUniform(1);
    const indices = Int32Array.from({ length: 131 }, () => Math.floor(50 * uniform()));
    const weights = Float32Array.from(indices, () => uniform());
    const out = new Float32Array(50);
    inverse.addRows(indices, weights, out);
    for (let j = 0; j < 50; j++) {
      const wanted = indices.reduce((sum, index, e) => sum + weights[e]! * inverse.row(index)[j]!, 0);
      // sums of 131 float32 numbers below 1
      expect(out[j]).toBeCloseTo(wanted, 4);
    }
  });
});

describe('nearestItems', () => {
  const itemCount = 90;
  const matrix = aMatrix(itemCount);
  const right = matrix.values.map((value) => 1 / value);
  const norms = Float32Array.from({ length: itemCount }, (_, item) => 1 + (item % 5));

  function bruteForce(shrink: number) {
    const left = denseOf(matrix, itemCount);
    const other = denseOf({ ...matrix, values: right }, itemCount);
    return (i: number, j: number) => {
      const sum = left.reduce((total, row, user) => total + row[i]! * other[user]![j]!, 0);
      return sum / (norms[i]! * norms[j]! + shrink);
    };
  }

  it('finds the same neighbours as comparing every pair', async () => {
    const k = 10;
    const nearest = await nearestItems({ matrix, right, itemCount, norms, shrink: 2, k, threads: 2 });
    const similarity = bruteForce(2);
    for (let i = 0; i < itemCount; i++) {
      const all = Array.from({ length: itemCount }, (_, j) => ({ j, score: i === j ? 0 : similarity(i, j) }));
      const wanted = all
        .filter(({ score }) => score > 0)
        .sort((a, b) => b.score - a.score || a.j - b.j)
        .slice(0, k);
      const own = [...nearest.values.subarray(nearest.offsets[i], nearest.offsets[i + 1])];
      expect(own).toHaveLength(wanted.length);
      own.forEach((score, place) => {
        expect(score).toBeCloseTo(wanted[place]!.score, 5);
        const item = nearest.indices[nearest.offsets[i]! + place]!;
        expect(similarity(i, item)).toBeCloseTo(score, 5);
      });
    }
  });

  it('puts the lower index first among equals, and keeps fewer where there are fewer', async () => {
    const rows = Int32Array.of(0, 0, 0, 0, 1);
    const equal = buildCsr({ rowCount: 2, rows, columns: Int32Array.of(0, 1, 2, 3, 4) });
    const ones = new Float32Array(5).fill(1);
    const nearest = await nearestItems({ matrix: equal, itemCount: 5, norms: ones, shrink: 0, k: 2, threads: 1 });
    expect([...nearest.indices]).toEqual([1, 2, 0, 2, 0, 1, 0, 1]);
    expect([...nearest.offsets]).toEqual([0, 2, 4, 6, 8, 8]);
  });

  it.each([
    ['no neighbours', { k: 0 }, 'invalid.settings'],
    ['a norm of zero', { norms: new Float32Array(itemCount) }, 'invalid.matrix'],
    ['too few second values', { right: new Float32Array(3) }, 'invalid.matrix'],
  ])('refuses %s', async (_, wrong, code) => {
    const request = { matrix, itemCount, norms, shrink: 0, k: 3, threads: 1, ...wrong };
    await expect(nearestItems(request)).rejects.toMatchObject({ code });
  });
});

describe('neighborRegression', () => {
  it('equals EASE where every other item is a neighbour', async () => {
    // users with so many items that every pair has a user
    const n = 30;
    const matrix = aMatrix(n, { perUser: 40 });
    const exact = await easeWeights({ matrix, columnCount: n, ...common });
    const request = { matrix, itemCount: n, ridge: () => RIDGE, k: n, keptPerItem: n, threads: 2 };
    const { incoming, raisedItems } = await neighborRegression(request);
    expect(raisedItems).toBe(0);
    expect(incoming.indices).toHaveLength(n * (n - 1));
    let error = 0;
    for (let j = 0; j < n; j++) {
      for (let e = incoming.offsets[j]!; e < incoming.offsets[j + 1]!; e++) {
        error = Math.max(error, Math.abs(incoming.values[e]! - exact.row(incoming.indices[e]!)[j]!));
      }
    }
    // two ways through float32
    expect(error).toBeLessThan(1e-4);
  });

  it('solves the equations of an item and its neighbours', async () => {
    const n = 90;
    const matrix = aMatrix(n);
    const request = { matrix, itemCount: n, ridge: () => RIDGE, k: 8, keptPerItem: n, threads: 1 };
    const { incoming } = await neighborRegression(request);
    const x = denseOf(matrix, n);
    const gram = (a: number, b: number) => x.reduce((sum, row) => sum + row[a]! * row[b]!, 0);
    for (let j = 0; j < n; j += 7) {
      const own = incoming.indices.subarray(incoming.offsets[j]!, incoming.offsets[j + 1]!);
      const weights = incoming.values.subarray(incoming.offsets[j]!, incoming.offsets[j + 1]!);
      own.forEach((a) => {
        const left = own.reduce((sum, b, at) => sum + (gram(a, b) + (a === b ? RIDGE : 0)) * weights[at]!, 0);
        // float32 sums of some hundreds
        expect(left).toBeCloseTo(gram(a, j), 3);
      });
    }
  });

  it('raises the ridge where missing pairs leave equations without a solution', async () => {
    const n = 60;
    const request = {
      matrix: aMatrix(n, { perUser: 40 }),
      itemCount: n,
      ridge: () => 1e-3,
      k: 16,
      keptPerItem: 16,
      threads: 1,
    };
    const { incoming, raisedItems } = await neighborRegression(request);
    expect(raisedItems).toBeGreaterThan(0);
    expect(incoming.values.every(Number.isFinite)).toBe(true);
  });
});

describe('dominantSubspace', () => {
  /** Users of four kinds, each with its own items, and a little noise: a gap follows the fourth singular value. */
  function aMatrixOfKinds(n: number): Csr {
    const uniform = seededUniform(5);
    const pairs: [number, number][] = [];
    for (let user = 0; user < users; user++) {
      for (let item = 0; item < n; item++) {
        if (uniform() < (item % 4 === user % 4 ? 0.8 : 0.05)) pairs.push([user, item]);
      }
    }
    const [rows, columns] = [Int32Array.from(pairs, ([u]) => u), Int32Array.from(pairs, ([, i]) => i)];
    return buildCsr({ rowCount: users, rows, columns });
  }
  const request = { columnCount: 40, rank: 8, iterations: 12, seed: 3, threads: 2 };

  it('has an orthonormal basis and its transpose', async () => {
    const { rank, basis, transposed } = await dominantSubspace({ ...request, matrix: aMatrixOfKinds(40) });
    expect(rank).toBe(8);
    for (let a = 0; a < rank; a++) {
      for (let b = 0; b < rank; b++) {
        const dot = transposed.row(a).reduce((sum, value, i) => sum + value * transposed.row(b)[i]!, 0);
        expect(dot).toBeCloseTo(a === b ? 1 : 0, 5);
      }
      expect(transposed.row(a)[7]).toBe(basis[7 * rank + a]);
    }
  });

  it('keeps what the largest singular vectors span', async () => {
    const matrix = aMatrixOfKinds(40);
    const { rank, basis } = await dominantSubspace({ ...request, matrix });
    const x = denseOf(matrix, 40);
    // the vector that power iteration finds is the largest singular vector; projecting must not change it
    let vector = Array.from({ length: 40 }, () => 1);
    for (let step = 0; step < 200; step++) {
      const image = x.map((row) => row.reduce((sum, value, i) => sum + value * vector[i]!, 0));
      const back = vector.map((_, i) => x.reduce((sum, row, u) => sum + row[i]! * image[u]!, 0));
      const length = Math.hypot(...back);
      vector = back.map((value) => value / length);
    }
    const inside = Array.from({ length: rank }, (_, c) =>
      vector.reduce((sum, v, i) => sum + v * basis[i * rank + c]!, 0),
    );
    expect(Math.hypot(...inside)).toBeCloseTo(1, 4);
    // and of the kinds nearly all is inside: items of one kind, against the mean
    const kind = Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? 3 : -1) / Math.sqrt(120));
    const share = Array.from({ length: rank }, (_, c) => kind.reduce((sum, v, i) => sum + v * basis[i * rank + c]!, 0));
    expect(Math.hypot(...share)).toBeGreaterThan(0.95);
  });

  it('gives the same bytes with one thread and with three', async () => {
    const matrix = aMatrixOfKinds(40);
    const one = await dominantSubspace({ ...request, matrix, threads: 1 });
    const three = await dominantSubspace({ ...request, matrix, threads: 3 });
    expect(three.basis).toEqual(one.basis);
  });

  it('is the whole space where there are no more columns than dimensions', async () => {
    const { basis } = await dominantSubspace({ ...request, matrix: aMatrixOfKinds(8), columnCount: 8, rank: 99 });
    const projected = Array.from({ length: 8 }, (_, c) => basis[c]! * basis[c]!).reduce((a, b) => a + b, 0);
    expect(projected).toBeCloseTo(1, 5);
  });
});
