import { seededNormal, seededUniform } from './seeded-normal';
import type { SparseOptimizer } from './sparse-optimizer';
import { openSparseTable, type RowGradients, type SparseTable } from './sparse-table';

const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, l2: 0 } as const;
const adagrad = { kind: 'adagrad', epsilon: 1e-10, weightDecay: 0, l2: 0 } as const;
const sgd = { kind: 'sgd', weightDecay: 0, l2: 0 } as const;

function aTable(optimizer: SparseOptimizer, { rows = 40, width = 8 } = {}): SparseTable {
  const table = openSparseTable({ rows, width, optimizer });
  const normal = seededNormal(3);
  table.values.forEach((_, i) => {
    table.values[i] = normal();
  });
  return table;
}

/** A batch of `count` seeded rows with gradients of very different sizes; some rows come more than once. */
function aBatch(table: SparseTable, seed: number, count = 25): RowGradients {
  const uniform = seededUniform(seed);
  const normal = seededNormal(seed + 1);
  const indices = Int32Array.from({ length: count }, () => Math.floor(uniform() ** 2 * table.rows * 0.9));
  return {
    indices,
    gradients: Float32Array.from({ length: count * table.width }, () => normal() * 10 ** (6 * uniform() - 4)),
  };
}

/** The same optimizers in double precision, straight from the papers, on plain arrays. */
class Reference {
  readonly w: Float64Array;
  readonly m: Float64Array;
  readonly v: Float64Array;
  readonly t: number[];

  constructor(
    private readonly table: SparseTable,
    private readonly optimizer: SparseOptimizer,
  ) {
    this.w = Float64Array.from(table.values);
    this.m = new Float64Array(this.w.length);
    this.v = new Float64Array(this.w.length);
    this.t = new Array(table.rows).fill(0);
  }

  apply(parts: readonly RowGradients[], learningRate: number): void {
    const { width } = this.table;
    const sums = new Map<number, Float64Array>();
    for (const { indices, gradients } of parts) {
      indices.forEach((row, i) => {
        const sum = sums.get(row) ?? new Float64Array(width);
        for (let c = 0; c < width; c++) sum[c]! += gradients[i * width + c]!;
        sums.set(row, sum);
      });
    }
    for (const [row, sum] of sums) {
      this.t[row]!++;
      sum.forEach((g, c) => {
        this.#move(row * width + c, g, this.t[row]!, learningRate);
      });
    }
  }

  #move(at: number, gradient: number, t: number, learningRate: number): void {
    const o = this.optimizer;
    const g = gradient + o.l2 * this.w[at]!;
    let step = g;
    if (o.kind === 'adagrad') {
      this.v[at]! += g * g;
      step = g / (Math.sqrt(this.v[at]!) + o.epsilon);
    } else if (o.kind === 'adam') {
      this.m[at] = o.beta1 * this.m[at]! + (1 - o.beta1) * g;
      this.v[at] = o.beta2 * this.v[at]! + (1 - o.beta2) * g * g;
      const mean = this.m[at]! / (1 - o.beta1 ** t);
      step = mean / (Math.sqrt(this.v[at]! / (1 - o.beta2 ** t)) + o.epsilon);
    }
    this.w[at] = this.w[at]! - learningRate * (step + o.weightDecay * this.w[at]!);
  }
}

/** The largest difference, relative to the larger of the expected number and 1, the size of the values. */
function distance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  return Array.from(expected).reduce(
    (max, x, i) => Math.max(max, Math.abs(actual[i]! - x) / Math.max(1, Math.abs(x))),
    0,
  );
}

describe('a table that learns by rows', () => {
  it.each<[string, SparseOptimizer, number]>([
    ['Adam', adam, 8],
    ['Adam with weight decay', { ...adam, weightDecay: 0.1 }, 8],
    ['Adam in rows that are no whole vectors', adam, 7],
    ['Adam with L2', { ...adam, l2: 0.1 }, 7],
    ['Adagrad', { ...adagrad, weightDecay: 0.1 }, 8],
    ['Adagrad with L2 in rows that are no whole vectors', { ...adagrad, l2: 0.1 }, 3],
    ['SGD', { ...sgd, weightDecay: 0.1, l2: 0.1 }, 8],
    ['SGD in rows of one number', sgd, 1],
  ])('follows %s in double precision to a millionth over 20 steps', (_, optimizer, width) => {
    const table = aTable(optimizer, { width });
    const reference = new Reference(table, optimizer);
    for (let step = 0; step < 20; step++) {
      const batch = [aBatch(table, step)];
      // rates that change, as under a schedule; a millionth is some 17 roundings of a single-precision number near 1
      table.apply(batch, 0.01 / (1 + step));
      reference.apply(batch, 0.01 / (1 + step));
    }
    expect(distance(table.values, reference.w)).toBeLessThan(1e-6);
  });

  it('corrects the moments of a row by the row’s own updates, over thousands of them', () => {
    const table = aTable(adam, { rows: 2, width: 4 });
    const reference = new Reference(table, adam);
    const often = { indices: Int32Array.of(0), gradients: Float32Array.of(0.5, -0.25, 2, 1e-3) };
    for (let step = 0; step < 3_000; step++) {
      table.apply([often], 1e-3);
      reference.apply([often], 1e-3);
    }
    // constant gradients move a row by the learning rate in each step, whatever their size
    expect(distance(table.values, reference.w)).toBeLessThan(1e-4);
    const before = Array.from(table.values.subarray(4));
    table.apply([{ ...often, indices: Int32Array.of(1) }], 1e-3);
    [1, -1, 1, 1].forEach((sign, c) => {
      expect(before[c]! - table.values[4 + c]!).toBeCloseTo(sign * 1e-3, 6);
    });
  });

  it('sums the gradients of a row that comes several times, in one list or in several', () => {
    const [once, twice, apart] = [aTable(adam), aTable(adam), aTable(adam)];
    const g = Float32Array.from({ length: 8 }, (_, i) => i - 2.5);
    once.apply([{ indices: Int32Array.of(5), gradients: g.map((x) => 2 * x) }], 0.1);
    twice.apply([{ indices: Int32Array.of(5, 5), gradients: Float32Array.of(...g, ...g) }], 0.1);
    const part = { indices: Int32Array.of(5), gradients: g };
    apart.apply([part, part], 0.1);
    expect(twice.values).toEqual(once.values);
    expect(apart.values).toEqual(once.values);
    expect(once.memory.updates![5]).toBe(1);
  });

  it.each<[string, SparseOptimizer]>([
    ['Adam', { ...adam, weightDecay: 0.1 }],
    ['Adagrad', { ...adagrad, weightDecay: 0.1 }],
    ['SGD', { ...sgd, weightDecay: 0.1 }],
  ])('leaves rows that no batch had as they were, bit by bit, under %s', (_, optimizer) => {
    const table = aTable(optimizer);
    const before = table.values.slice();
    for (let step = 0; step < 5; step++) table.apply([aBatch(table, step)], 0.1);
    const untouched = Math.floor(table.rows * 0.9) * table.width;
    expect(table.values.slice(untouched)).toEqual(before.slice(untouched));
    expect(table.values.slice(0, 8)).not.toEqual(before.slice(0, 8));
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1e30])('refuses a gradient of %p and stays as it was', (bad) => {
    const table = aTable(adam, { width: 5 });
    const copy = () => [table.values, ...Object.values(table.memory)].map((x) => x.slice());
    table.apply([aBatch(table, 1)], 0.1);
    const before = copy();
    const batch = aBatch(table, 2);
    batch.gradients[batch.gradients.length - 1] = bad;
    expect(() => table.apply([batch], 0.1)).toThrow(expect.objectContaining({ code: 'internal.diverged' }));
    expect(copy()).toEqual(before);
    // and the marks of the refused batch are gone: a next step is like one that never met it
    const twin = aTable(adam, { width: 5 });
    for (const seed of [1, 3]) twin.apply([aBatch(twin, seed)], 0.1);
    table.apply([aBatch(table, 3)], 0.1);
    expect(table.values).toEqual(twin.values);
  });

  it.each([4, 5])('gathers rows of %p numbers by several lists at once', (width) => {
    const table = aTable(sgd, { width });
    const lists = [Int32Array.of(3, 0, 3), Int32Array.of(39)];
    const gathered = table.gather(lists).map((rows) => Array.from(rows));
    const row = (r: number) => Array.from(table.values.subarray(r * width, (r + 1) * width));
    expect(gathered).toEqual([[...row(3), ...row(0), ...row(3)], row(39)]);
  });

  it('keeps gathered rows and its values good when a larger batch makes the memory grow', () => {
    const table = aTable(sgd);
    const values = table.values.slice();
    const large = Int32Array.from({ length: 20_000 }, (_, i) => i % 40);
    const [rows] = table.gather([large]);
    expect(rows!.slice(-8)).toEqual(values.slice(39 * 8));
    table.apply([{ indices: large, gradients: new Float32Array(large.length * 8).fill(1) }], 0.001);
    expect(table.values[0]).toBeCloseTo(values[0]! - 0.5, 4);
  });

  it.each([-1, 40])('refuses the row %p, which it does not have', (row) => {
    const table = aTable(sgd);
    expect(() => table.gather([Int32Array.of(1, row)])).toThrow(`row ${row} is not one of the 40`);
  });

  it('refuses gradients that do not fit their rows', () => {
    const part = { indices: Int32Array.of(1), gradients: new Float32Array(7) };
    expect(() => aTable(sgd).apply([part], 1)).toThrow('1 rows of 8 numbers have 7 gradients');
  });

  it('says what is wrong with its settings, and when a table is larger than can be addressed', () => {
    const optimizer = { ...adam, beta2: 1, epsilon: 0 };
    expect(() => openSparseTable({ rows: 1, width: 1, optimizer })).toThrow(/epsilon must be .* beta2 must be/);
    expect(() => openSparseTable({ rows: 0, width: 1, optimizer: sgd })).toThrow('0 rows');
    expect(() => openSparseTable({ rows: 4_000_000, width: 128, optimizer: adam })).toThrow(
      expect.objectContaining({ code: 'exhausted.memory' }),
    );
  });
});
