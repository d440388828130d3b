// Time of item-item products on a matrix of MovieLens 1M's size, and of an inversion of 10,000 items, beside numpy (and torch where
// Python has it) on as many threads: both sides take turns, so that a busy machine is busy for both.
// Run after a build: node bench/item-item.bench.ts [rounds] [threads] [--large]; ATTUNE_PYTHON names the Python with numpy.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildCsr, type Csr, easeWeights, nearestItems, ridgeInverse, seededUniform } from '@attune/kernels';
import { median, YARDSTICK_FOLDER } from './cpp-yardstick.ts';
import { aMovielensSizedMatrix, ITEMS } from './movielens-sized.ts';

const rounds = Number(process.argv[2] ?? 3);
const threads = Number(process.argv[3] ?? 2);
const withLarge = process.argv.includes('--large');
const PYTHON = process.env.ATTUNE_PYTHON ?? 'python3';
const LARGE_ITEMS = 10_000;

/** Each pair once, in ascending order. */
function withoutDuplicates({ rowCount, offsets, indices }: Csr): Csr {
  const rows: number[] = [];
  const columns: number[] = [];
  for (let row = 0; row < rowCount; row++) {
    const own = [...new Set(indices.subarray(offsets[row]!, offsets[row + 1]!))].sort((a, b) => a - b);
    for (const column of own) {
      rows.push(row);
      columns.push(column);
    }
  }
  return buildCsr({ rowCount, rows: Int32Array.from(rows), columns: Int32Array.from(columns) });
}

function aLargeMatrix(): Csr {
  const uniform = seededUniform(3);
  const entries = 400_000;
  const rows = Int32Array.from({ length: entries }, (_, e) => Math.floor(e / 40));
  const columns = Int32Array.from({ length: entries }, () => Math.floor(LARGE_ITEMS * uniform() ** 2));
  return withoutDuplicates(buildCsr({ rowCount: entries / 40, rows, columns }));
}

function writeMatrix(name: string, { rowCount, offsets, indices }: Csr, itemCount: number): string {
  const path = join(YARDSTICK_FOLDER, name);
  const parts = [Int32Array.of(rowCount, itemCount, indices.length), offsets, indices];
  writeFileSync(path, Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength))));
  return path;
}

/** A task in Python, ready to run again and again; undefined, and said aloud, where Python cannot do it. */
async function openPython(path: string, task: string) {
  const count = String(threads);
  const env: NodeJS.ProcessEnv = { ...process.env, OPENBLAS_NUM_THREADS: count, OMP_NUM_THREADS: count };
  // a core type that somebody fixed for another machine would slow the other side down
  delete env.OPENBLAS_CORETYPE;
  delete env.OPENBLAS_L2_SIZE;
  const script = join(import.meta.dirname, 'yardsticks', 'item_item.py');
  const child = spawn(PYTHON, [script, path, task, count], { stdio: ['pipe', 'pipe', 'ignore'], env });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  if ((await lines.next()).value !== 'ready') {
    console.log(`SKIPPED: ${task} in Python: ${PYTHON} has not what it needs (see ATTUNE_PYTHON)`);
    return undefined;
  }
  return {
    async step(): Promise<number> {
      child.stdin.write('go\n');
      return Number((await lines.next()).value);
    },
    close: () => child.stdin.end(),
  };
}

type Steps = Readonly<Record<string, () => Promise<number>>>;

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Gram and inversion of one call: lambda is asked for between the two. */
function ourInversion(matrix: Csr, columnCount: number): Steps {
  let split = 0;
  let inverseMs = 0;
  const gram = async () => {
    const start = performance.now();
    const ridge = (_: number, column: number) => {
      if (column === 0) split = performance.now();
      return 500;
    };
    await ridgeInverse({ matrix, columnCount, ridge, threads });
    inverseMs = performance.now() - split;
    return split - start;
  };
  return { gram, inverse: async () => inverseMs };
}

/** Medians in milliseconds, without the first round, which warms up. */
async function measure(
  ours: Steps,
  path: string,
  pythonTasks: Readonly<Record<string, readonly string[]>>,
  turns: number,
) {
  const results: Record<string, unknown>[] = [];
  const names = Object.keys(ours);
  const python = new Map<string, Awaited<ReturnType<typeof openPython>>>();
  for (const task of names.flatMap((name) => pythonTasks[name] ?? [])) {
    python.set(task, await openPython(path, task));
  }
  const times = new Map<string, number[]>();
  const note = (name: string, ms: number) => times.set(name, [...(times.get(name) ?? []), ms]);
  for (let turn = 0; turn <= turns; turn++) {
    for (const name of names) {
      const own = await ours[name]!();
      if (turn > 0 || turns === 0) note(name, own);
      for (const task of pythonTasks[name] ?? []) {
        const other = await python.get(task)?.step();
        if (other !== undefined && (turn > 0 || turns === 0)) note(task, other);
      }
    }
  }
  for (const child of python.values()) child?.close();
  for (const name of names) {
    const ms = median(times.get(name)!);
    const others = (pythonTasks[name] ?? []).filter((task) => times.has(task));
    if (others.length === 0) results.push({ task: name, ms });
    for (const task of others) {
      const otherMs = median(times.get(task)!);
      results.push({ task: name, ms, against: task, otherMs, ratio: ms / otherMs });
    }
  }
  return results;
}

async function main(): Promise<void> {
  const matrix = withoutDuplicates(aMovielensSizedMatrix());
  const weights = await easeWeights({ matrix, columnCount: ITEMS, ridge: () => 500, threads });
  const norms = Float32Array.from({ length: ITEMS }, () => 1);
  const row = new Float32Array(ITEMS);
  const { offsets, indices, values } = matrix;
  const ours: Steps = {
    ...ourInversion(matrix, ITEMS),
    nearest: () => timed(() => nearestItems({ matrix, itemCount: ITEMS, norms, shrink: 10, k: 100, threads })),
    scoring: () =>
      timed(() => {
        for (let user = 0; user < 1_000; user++) {
          const [first, last] = [offsets[user]!, offsets[user + 1]!];
          weights.addRows(indices.subarray(first, last), values.subarray(first, last), row);
        }
      }),
  };
  const tasks = {
    gram: ['gram-numpy'],
    inverse: ['inverse-numpy', 'inverse-torch'],
    nearest: ['nearest-numpy'],
    scoring: ['scoring-numpy'],
  };
  const path = writeMatrix('matrix.bin', matrix, ITEMS);
  const results = (await measure(ours, path, tasks, rounds)).map((result) => ({ items: ITEMS, ...result }));
  if (withLarge) {
    const large = aLargeMatrix();
    const file = writeMatrix('large.bin', large, LARGE_ITEMS);
    const turns = await measure(
      ourInversion(large, LARGE_ITEMS),
      file,
      { inverse: ['inverse-numpy', 'inverse-torch'] },
      0,
    );
    results.push(...turns.map((result) => ({ items: LARGE_ITEMS, ...result })));
  }
  console.table(results);
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const report = { benchmark: 'item-item', node: process.version, cpu: cpus()[0]?.model, threads, rounds, results };
  writeFileSync(join(folder, 'item-item.json'), `${JSON.stringify(report, null, 2)}\n`);
}

await main();
