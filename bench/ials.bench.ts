// Time of one iALS iteration on a matrix of MovieLens-1M's size, by rank and number of threads, beside the same iteration in C++
// with Eigen (bench/yardsticks/ials.cpp): all four take turns, so that a busy machine is busy for all of them.
// Run after a build: node bench/ials.bench.ts [rounds]
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type Csr, type TrainIalsRequest, trainIals, transposeCsr } from '@attune/kernels';
import { alternate, type Contestant, compileYardstick, median, YARDSTICK_FOLDER, Yardstick } from './cpp-yardstick.ts';
import { aMovielensSizedMatrix, ITEMS } from './movielens-sized.ts';

const rounds = Number(process.argv[2] ?? 5);
const STEPS = 3;
const OBJECTIVE = { regularization: 0.003, alpha0: 0.3 };

/** A training that does one iteration for every call of `step`. */
class SteppedTraining implements Contestant {
  readonly #request: TrainIalsRequest;
  readonly #controller = new AbortController();
  #training: Promise<unknown> | undefined;
  #goOn: (() => void) | undefined;
  #finished: ((ms: number) => void) | undefined;

  constructor(request: Omit<TrainIalsRequest, 'iterations' | 'signal' | 'onIteration'>) {
    const onIteration = ({ seconds }: { seconds: number }) => {
      this.#finished!(seconds * 1000);
      return new Promise<void>((resolve) => {
        this.#goOn = resolve;
      });
    };
    this.#request = { ...request, iterations: 1_000, signal: this.#controller.signal, onIteration };
  }

  step(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#finished = resolve;
      this.#training ??= trainIals(this.#request);
      this.#training.catch(reject);
      this.#goOn?.();
    });
  }

  async close(): Promise<void> {
    this.#controller.abort();
    this.#goOn?.();
    await this.#training?.catch(() => undefined);
  }
}

/** What yardsticks/ials.cpp reads: for users and for items the number of rows, offsets, indices and weights. */
function writeMatrix(users: Csr, items: Csr): string {
  const path = join(YARDSTICK_FOLDER, 'matrix.bin');
  const parts = [users, items].flatMap(({ rowCount, offsets, indices, values }) =>
    [Int32Array.of(rowCount), offsets, indices, values].map((part) => new Uint8Array(part.buffer)),
  );
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

async function main(): Promise<void> {
  const users = aMovielensSizedMatrix();
  const items = transposeCsr(users, ITEMS);
  const program = compileYardstick('ials', { needsEigen: true });
  const matrix = writeMatrix(users, items);
  const results = [];
  for (const rank of [64, 128]) {
    const ours = (threads: number) =>
      new SteppedTraining({ ...OBJECTIVE, users, items, itemCount: ITEMS, rank, initStd: 0.1, seed: 1, threads });
    const cpp = (threads: number) =>
      new Yardstick(program!, [matrix, rank, threads, OBJECTIVE.alpha0, OBJECTIVE.regularization]);
    const contestants: Record<string, Contestant> = { wasm1: ours(1), wasm2: ours(2) };
    if (program !== undefined) Object.assign(contestants, { cpp1: cpp(1), cpp2: cpp(2) });
    const times = await alternate(contestants, { rounds, steps: STEPS });
    const ms = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
    const best = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, Math.min(...all)]));
    results.push({ rank, ms, best });
  }
  const ratio = (a?: number, b?: number) =>
    a === undefined || b === undefined ? 'skipped' : Number((a / b).toFixed(2));
  console.table(
    results.flatMap(({ rank, ms, best }) =>
      [1, 2].map((threads) => ({
        rank,
        threads,
        'WASM ms': Math.round(ms[`wasm${threads}`]!),
        'C++ ms': program === undefined ? 'skipped' : Math.round(ms[`cpp${threads}`]!),
        'times C++': ratio(ms[`wasm${threads}`], ms[`cpp${threads}`]),
        'times C++, best rounds': ratio(best[`wasm${threads}`], best[`cpp${threads}`]),
        'one thread / this': ratio(ms.wasm1, ms[`wasm${threads}`]),
        'the same in C++': ratio(ms.cpp1, ms[`cpp${threads}`]),
      })),
    ),
  );
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  writeFileSync(
    join(folder, 'ials.json'),
    `${JSON.stringify({ benchmark: 'ials', ...machine, rounds, results }, null, 2)}\n`,
  );
}

await main();
