// What embedding tables cost in a training step: gathering the rows of a batch and applying their gradients by Adam, Adagrad and
// SGD, in WebAssembly and in plain JavaScript. The batch is that of neural collaborative filtering: 1,024 examples, a user and an
// item row of 128 numbers each, from tables of MovieLens 1M's size. Both sides alternate; figures are medians. Then the share that
// the tables have in whole steps with a tower of 256-128-64 in ONNX Runtime.
// Run after a build: node bench/sparse-optimizer.bench.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { openSparseTable, type SparseOptimizer, seededNormal, seededUniform } from '@attune/kernels';
import { type TableShare, tableShare } from './table-share.ts';

const BATCH = 1_024;
const WIDTH = 128;
const SIZES = { users: 6_040, items: 3_706 };
const STEPS = 600;
const WARM_UP = 50;
const RATE = 0.001;
const OPTIMIZERS: readonly SparseOptimizer[] = [
  { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, l2: 0 },
  { kind: 'adagrad', epsilon: 1e-10, weightDecay: 0, l2: 0 },
  { kind: 'sgd', weightDecay: 0, l2: 0 },
];

/** What one side does with a table. */
interface Side {
  gather(indices: Int32Array): unknown;
  apply(indices: Int32Array, gradients: Float32Array): void;
  readonly values: Float32Array;
}

/** The same work on typed arrays, as JavaScript does it best: loops over numbers, no objects per row. */
function plainTable(rows: number, optimizer: SparseOptimizer): Side {
  const [values, means, squares] = Array.from({ length: 3 }, () => new Float32Array(rows * WIDTH));
  const updates = new Int32Array(rows);
  const seen = new Int32Array(rows);
  const first = new Int32Array(BATCH);
  const gathered = new Float32Array(BATCH * WIDTH);
  const summed = new Float32Array(BATCH * WIDTH);
  const move = mover(optimizer, values!, means!, squares!);
  return {
    values: values!,
    gather(indices) {
      for (let i = 0; i < indices.length; i++) {
        const from = indices[i]! * WIDTH;
        gathered.set(values!.subarray(from, from + WIDTH), i * WIDTH);
      }
    },
    apply(indices, gradients) {
      summed.set(gradients);
      let unique = 0;
      for (let i = 0; i < indices.length; i++) {
        const place = seen[indices[i]!]! - 1;
        if (place < 0) {
          seen[indices[i]!] = i + 1;
          first[unique++] = i;
        } else {
          for (let c = 0; c < WIDTH; c++) summed[place * WIDTH + c]! += summed[i * WIDTH + c]!;
        }
      }
      for (let u = 0; u < unique; u++) {
        const row = indices[first[u]!]!;
        seen[row] = 0;
        move(row, summed, first[u]! * WIDTH, ++updates[row]!);
      }
    },
  };
}

type Move = (row: number, gradients: Float32Array, at: number, updates: number) => void;

function mover(optimizer: SparseOptimizer, w: Float32Array, m: Float32Array, v: Float32Array): Move {
  switch (optimizer.kind) {
    case 'sgd':
      return (row, g, at) => {
        for (let c = 0; c < WIDTH; c++) w[row * WIDTH + c]! -= RATE * g[at + c]!;
      };
    case 'adagrad':
      return (row, g, at) => {
        for (let c = 0, i = row * WIDTH; c < WIDTH; c++, i++) {
          v[i]! += g[at + c]! * g[at + c]!;
          w[i]! -= (RATE * g[at + c]!) / (Math.sqrt(v[i]!) + optimizer.epsilon);
        }
      };
    case 'adam':
      return (row, g, at, t) => {
        const { beta1, beta2, epsilon } = optimizer;
        const step = RATE / (1 - beta1 ** t);
        const root = 1 / Math.sqrt(1 - beta2 ** t);
        for (let c = 0, i = row * WIDTH; c < WIDTH; c++, i++) {
          m[i]! += (1 - beta1) * (g[at + c]! - m[i]!);
          v[i]! += (1 - beta2) * (g[at + c]! * g[at + c]! - v[i]!);
          w[i]! -= (step * m[i]!) / (Math.sqrt(v[i]!) * root + epsilon);
        }
      };
  }
}

function wasmTable(rows: number, optimizer: SparseOptimizer): Side {
  const table = openSparseTable({ rows, width: WIDTH, optimizer });
  return {
    values: table.values,
    gather: (indices) => table.gather([indices]),
    apply: (indices, gradients) => table.apply([{ indices, gradients }], RATE),
  };
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

/** Median microseconds of gathering and of applying, for both sides in turn, over both tables of a step. */
function measure(optimizer: SparseOptimizer) {
  const uniform = seededUniform(1);
  const normal = seededNormal(2);
  const sizes = Object.values(SIZES);
  const sides = { wasm: sizes.map((n) => wasmTable(n, optimizer)), js: sizes.map((n) => plainTable(n, optimizer)) };
  const times = { wasm: { gather: [], apply: [] }, js: { gather: [], apply: [] } } as Record<
    keyof typeof sides,
    { gather: number[]; apply: number[] }
  >;
  const gradients = Array.from({ length: 8 }, () =>
    Float32Array.from({ length: BATCH * WIDTH }, () => normal() * 1e-3),
  );
  let uniqueRows = 0;
  for (let step = 0; step < STEPS; step++) {
    // items with the skew of real ones: few come often
    const batch = sizes.map((n, k) => Int32Array.from({ length: BATCH }, () => Math.floor(n * uniform() ** (k + 1))));
    uniqueRows += batch.reduce((sum, indices) => sum + new Set(indices).size, 0);
    for (const side of step % 2 === 0 ? (['wasm', 'js'] as const) : (['js', 'wasm'] as const)) {
      const start = performance.now();
      sides[side].forEach((table, k) => {
        table.gather(batch[k]!);
      });
      const between = performance.now();
      sides[side].forEach((table, k) => {
        table.apply(batch[k]!, gradients[(step + k) % gradients.length]!);
      });
      if (step < WARM_UP) continue;
      times[side].gather.push((between - start) * 1000);
      times[side].apply.push((performance.now() - between) * 1000);
    }
  }
  checkAgreement(sides);
  const us = (side: keyof typeof sides) => ({ gather: median(times[side].gather), apply: median(times[side].apply) });
  return { optimizer: optimizer.kind, uniqueRows: uniqueRows / STEPS, wasm: us('wasm'), js: us('js') };
}

/** Both sides have learned the same; single and double precision of intermediate numbers differ by less. */
function checkAgreement(sides: { readonly wasm: readonly Side[]; readonly js: readonly Side[] }): void {
  sides.wasm.forEach((table, k) => {
    const worst = table.values.reduce((max, x, i) => Math.max(max, Math.abs(x - sides.js[k]!.values[i]!)), 0);
    if (!(worst < 1e-4)) throw new Error(`the two sides differ by ${worst}`);
  });
}

/** Bytes that applying must move at least: gradients read, and each state of the touched rows read and written. */
function bytesOf(kind: SparseOptimizer['kind'], uniqueRows: number): number {
  const states = { adam: 3, adagrad: 2, sgd: 1 }[kind];
  return 4 * WIDTH * (2 * BATCH + 2 * states * uniqueRows);
}

async function main(): Promise<void> {
  const results = OPTIMIZERS.map(measure);
  console.table(
    results.map(({ optimizer, uniqueRows, wasm, js }) => ({
      optimizer,
      'different rows': Math.round(uniqueRows),
      'gather us': Math.round(wasm.gather),
      'apply us': Math.round(wasm.apply),
      'million rows/s': Number(((2 * BATCH) / (wasm.gather + wasm.apply)).toFixed(1)),
      'apply GB/s': Number((bytesOf(optimizer, uniqueRows) / wasm.apply / 1000).toFixed(1)),
      'JS gather us': Math.round(js.gather),
      'JS apply us': Math.round(js.apply),
      'times faster': Number(((js.gather + js.apply) / (wasm.gather + wasm.apply)).toFixed(1)),
    })),
  );
  const size = { ...SIZES, width: WIDTH, batch: BATCH };
  const shares: TableShare[] = [];
  for (const threads of [1, 2]) shares.push(await tableShare(size, threads));
  console.table(
    shares.map(({ threads, towerMs, tablesMs }) => ({
      threads,
      'tower ms': Number(towerMs.toFixed(2)),
      'tables ms': Number(tablesMs.toFixed(2)),
      'share of the step': `${((100 * tablesMs) / (towerMs + tablesMs)).toFixed(1)} %`,
    })),
  );
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const shape = { batch: BATCH, width: WIDTH, ...SIZES };
  const report = {
    benchmark: 'sparse-optimizer',
    node: process.version,
    cpu: cpus()[0]?.model,
    shape,
    results,
    shares,
  };
  writeFileSync(join(folder, 'sparse-optimizer.json'), `${JSON.stringify(report, null, 2)}\n`);
}

await main();
