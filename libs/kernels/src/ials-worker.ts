// Worker thread of trainIals: takes blocks of work off the shared counter until none is left, then answers.
import { parentPort, workerData } from 'node:worker_threads';
import { instantiateKernel } from './kernel-module';
import { COUNTERS, gramParts, type MemoryLayout } from './memory-layout';

/** One step for all threads: the sides to solve, one after the other. */
export type IalsStep = readonly Side[];

/** What a thread answers: the first row that it found without a solution, if any. */
export type IalsStepAnswer = { readonly side: Side; readonly row: number } | undefined;

type Side = 'users' | 'items';

/** What a thread is given. */
export interface IalsWorkerData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly layout: MemoryLayout;
  readonly thread: number;
}

// small enough that the last block does not keep the other threads waiting, large enough that the counter is no bottleneck
const ROWS_PER_BLOCK = 8;

const { module, memory, layout, thread } = workerData as IalsWorkerData;
const kernel = instantiateKernel(module, memory);
const counters = new Int32Array(memory.buffer, layout.counters, COUNTERS);
const scratch = layout.scratch[thread]!;

// phases of the present step that this thread has begun
let phase = 0;

/** Does the blocks of one phase that no other thread has taken, then waits until all threads are done with theirs. */
function shareBlocks(blocks: number, work: (block: number) => number): number {
  const taken = 2 * phase;
  const arrived = taken + 1;
  phase++;
  let failed = 0;
  for (let block = Atomics.add(counters, taken, 1); block < blocks; block = Atomics.add(counters, taken, 1)) {
    failed ||= work(block);
  }
  if (Atomics.add(counters, arrived, 1) + 1 === layout.scratch.length) Atomics.notify(counters, arrived);
  for (let there = 0; (there = Atomics.load(counters, arrived)) < layout.scratch.length; ) {
    Atomics.wait(counters, arrived, there);
  }
  return failed;
}

function sumGramian(side: Side): number {
  const { rank, partials } = layout;
  const { rowCount, factors } = layout[side];
  const { parts, rowsPerPart } = gramParts(rowCount);
  return shareBlocks(parts, (part) => {
    const begin = Math.min(rowCount, part * rowsPerPart);
    const end = Math.min(rowCount, begin + rowsPerPart);
    kernel.partialGram(factors, begin, end, rank, partials + part * rank * rank * 4, scratch);
    return 0;
  });
}

function reduceGramian(side: Side): number {
  const { rank, partials, alpha0, gram } = layout;
  const { parts } = gramParts(layout[side].rowCount);
  return shareBlocks(rank / 8, (panel) => {
    kernel.sumPartials(partials, parts, rank, alpha0, panel * 8 * rank, (panel + 1) * 8 * rank, gram);
    return 0;
  });
}

function solveSide(side: Side): number {
  const own = layout[side];
  const others = layout[side === 'users' ? 'items' : 'users'].factors;
  return shareBlocks(Math.ceil(own.rowCount / ROWS_PER_BLOCK), (block) => {
    const begin = block * ROWS_PER_BLOCK;
    const end = Math.min(own.rowCount, begin + ROWS_PER_BLOCK);
    const { factors, offsets, indices, weights, regularizations, gains } = own;
    return kernel.solveRows(
      begin,
      end,
      layout.rank,
      factors,
      others,
      offsets,
      indices,
      weights,
      layout.gram,
      regularizations,
      gains,
      scratch,
    );
  });
}

parentPort!.on('message', (sides: IalsStep) => {
  phase = 0;
  let answer: IalsStepAnswer;
  for (const side of sides) {
    const other = side === 'users' ? 'items' : 'users';
    sumGramian(other);
    reduceGramian(other);
    const failed = solveSide(side);
    if (failed !== 0) answer ??= { side, row: failed - 1 };
  }
  parentPort!.postMessage(answer);
});
