// Time of one epoch of Bayesian personalized ranking (as many steps as there are entries) on a matrix of MovieLens-1M's size, one
// thread, beside the same descent in C++ (bench/yardsticks/bpr.cpp); both take turns.
// Run after a build: node bench/bpr.bench.ts [rounds]
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { buildCsr, type Csr, openBprSgd, seededNormal, transposeCsr } from '@attune/kernels';
import { alternate, type Contestant, compileYardstick, median, YARDSTICK_FOLDER, Yardstick } from './cpp-yardstick.ts';
import { aMovielensSizedMatrix, ITEMS } from './movielens-sized.ts';

const rounds = Number(process.argv[2] ?? 7);
const STEP = { learningRate: 0.05, regularization: 0.01, biasRegularization: 0.01, popularNegatives: 0 };

/** Items of each user in ascending order, each once: what a descent on rankings needs. */
function withoutDuplicates(users: Csr): Csr {
  const sorted = transposeCsr(transposeCsr(users, ITEMS), users.rowCount);
  const rows: number[] = [];
  const columns: number[] = [];
  for (let row = 0; row < sorted.rowCount; row++) {
    for (let e = sorted.offsets[row]!; e < sorted.offsets[row + 1]!; e++) {
      if (e > sorted.offsets[row]! && sorted.indices[e] === sorted.indices[e - 1]) continue;
      rows.push(row);
      columns.push(sorted.indices[e]!);
    }
  }
  return buildCsr({ rowCount: users.rowCount, rows: Int32Array.from(rows), columns: Int32Array.from(columns) });
}

class Descent implements Contestant {
  readonly #sgd: ReturnType<typeof openBprSgd>;
  readonly #samples: number;
  loss = 0;

  constructor(users: Csr, rank: number) {
    this.#samples = users.indices.length;
    this.#sgd = openBprSgd({ users, itemCount: ITEMS, rank, seed: 1 });
    const normal = seededNormal(1);
    for (const table of [this.#sgd.state.userFactors, this.#sgd.state.itemFactors]) {
      for (const at of table.keys()) table[at] = (normal() * 0.1) / Math.sqrt(rank);
    }
  }

  async step(): Promise<number> {
    const startMs = performance.now();
    this.loss = this.#sgd.descend(this.#samples, STEP);
    return performance.now() - startMs;
  }

  async close(): Promise<void> {}
}

async function main(): Promise<void> {
  const users = withoutDuplicates(aMovielensSizedMatrix());
  const matrix = join(YARDSTICK_FOLDER, 'users.bin');
  const parts = [Int32Array.of(users.rowCount), users.offsets, users.indices].map(
    (part) => new Uint8Array(part.buffer),
  );
  writeFileSync(matrix, Buffer.concat(parts));
  // sums of products are only vectorized where the compiler may reorder them
  const program = compileYardstick('bpr', { moreFlags: ['-ffast-math'] });
  const results = [];
  for (const rank of [64, 128]) {
    const ours = new Descent(users, rank);
    const cpp = program === undefined ? undefined : new Yardstick(program, [matrix, rank, ITEMS]);
    const contestants: Record<string, Contestant> = cpp === undefined ? { wasm: ours } : { wasm: ours, cpp };
    const times = await alternate(contestants, { rounds, steps: 2 });
    const [wasmMs, cppMs] = [median(times.wasm!), times.cpp && median(times.cpp)];
    const [, cppLoss] = cpp?.answer.split(' ') ?? [];
    results.push({ rank, wasmMs, cppMs, timesCpp: cppMs && wasmMs / cppMs, loss: ours.loss, cppLoss: Number(cppLoss) });
  }
  console.log(`${users.indices.length} entries, one step for each`);
  console.table(
    results.map(({ rank, wasmMs, cppMs, timesCpp, loss, cppLoss }) => ({
      rank,
      'WASM ms': Number(wasmMs.toFixed(1)),
      'C++ ms': cppMs === undefined ? 'skipped' : Number(cppMs.toFixed(1)),
      'times C++': timesCpp === undefined ? 'skipped' : Number(timesCpp.toFixed(2)),
      'WASM loss': Number(loss.toFixed(4)),
      'C++ loss': cppMs === undefined ? 'skipped' : cppLoss,
    })),
  );
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  writeFileSync(
    join(folder, 'bpr.json'),
    `${JSON.stringify({ benchmark: 'bpr', ...machine, rounds, results }, null, 2)}\n`,
  );
}

await main();
