// Time of one iALS iteration on a matrix of MovieLens-1M's size, by rank and number of threads.
// Run after a build: node bench/ials.bench.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { buildCsr, type Csr, seededNormal, seededUniform, trainIals, transposeCsr } from '@attune/kernels';

const USERS = 6_040;
const ITEMS = 3_706;
const ENTRIES = 1_000_209;
const ITERATIONS = 7;

// What an earlier probe measured on another machine, for orientation: WASM SIMD, then C++ with Eigen, ms per iteration.
const EARLIER: Readonly<Record<string, readonly [number, number]>> = {
  '64/1': [340, 193],
  '64/2': [208, 97],
  '128/1': [1_395, 611],
  '128/2': [873, 302],
};

interface Measurement {
  readonly rank: number;
  readonly threads: number;
  readonly medianMs: number;
  readonly bestMs: number;
  readonly gflops: number;
}

/** A seeded matrix of the size of MovieLens 1M with its skew: few items and few users have most of the entries. */
function aSkewedMatrix(): Csr {
  const uniform = seededUniform(1);
  const normal = seededNormal(2);
  const activity = Array.from({ length: USERS }, () => Math.exp(normal()));
  const total = activity.reduce((sum, x) => sum + x, 0);
  const rows = new Int32Array(ENTRIES);
  const columns = new Int32Array(ENTRIES);
  let user = 0;
  let quota = (activity[0]! / total) * ENTRIES;
  for (let e = 0; e < ENTRIES; e++) {
    while (e > quota && user < USERS - 1) quota += (activity[++user]! / total) * ENTRIES;
    rows[e] = user;
    columns[e] = Math.floor(ITEMS * uniform() ** 2.2);
  }
  return buildCsr({ rowCount: USERS, rows, columns });
}

/** Multiplications and additions of one iteration: triangular outer products, factorizations and Gramians. */
function operations(rank: number): number {
  const triangle = (rank * (rank + 1)) / 2;
  return 2 * (triangle * (2 * ENTRIES + USERS + ITEMS) + ((USERS + ITEMS) * rank ** 3) / 6);
}

async function measure(users: Csr, items: Csr, rank: number, threads: number): Promise<Measurement> {
  const times: number[] = [];
  await trainIals({
    users,
    items,
    itemCount: ITEMS,
    rank,
    iterations: ITERATIONS,
    regularization: 0.003,
    alpha0: 0.3,
    initStd: 0.1,
    seed: 1,
    threads,
    onIteration: ({ seconds }) => times.push(seconds * 1000),
  });
  // the first iteration also pays for the compilation of the kernels
  const warm = times.slice(1).sort((a, b) => a - b);
  const medianMs = warm[warm.length >> 1]!;
  return { rank, threads, medianMs, bestMs: warm[0]!, gflops: operations(rank) / medianMs / 1e6 };
}

async function main(): Promise<void> {
  const users = aSkewedMatrix();
  const items = transposeCsr(users, ITEMS);
  const results: Measurement[] = [];
  for (const rank of [64, 128]) {
    for (const threads of [1, 2]) results.push(await measure(users, items, rank, threads));
  }
  const one = (rank: number) => results.find((r) => r.rank === rank && r.threads === 1)!;
  console.table(
    results.map((r) => ({
      rank: r.rank,
      threads: r.threads,
      'median ms': Math.round(r.medianMs),
      'best ms': Math.round(r.bestMs),
      'GFLOP/s': Number(r.gflops.toFixed(1)),
      'times one thread': Number((one(r.rank).medianMs / r.medianMs).toFixed(2)),
      'earlier WASM ms': EARLIER[`${r.rank}/${r.threads}`]![0],
      'earlier C++ ms': EARLIER[`${r.rank}/${r.threads}`]![1],
    })),
  );
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const report = { benchmark: 'ials', node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, results };
  writeFileSync(join(folder, 'ials.json'), `${JSON.stringify(report, null, 2)}\n`);
}

await main();
