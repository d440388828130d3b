// Worker thread of trainIals: takes blocks of work off the shared counter until none is left, then answers.
import { parentPort, workerData } from 'node:worker_threads';
import { instantiateKernel } from './kernel-module';
import { gramParts, type MemoryLayout } from './memory-layout';

/** One step for all threads. */
export interface IalsStep {
  readonly kind: 'gramian' | 'reduce' | 'solve';
  /** The side that is read (gramian, reduce) or written (solve). */
  readonly side: 'users' | 'items';
}

/** What a thread answers: 0, or 1 + the row whose equations had no solution. */
export type IalsStepAnswer = number;

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
const counter = new Int32Array(memory.buffer, layout.counter, 1);
const scratch = layout.scratch[thread]!;

function forEachBlock(blocks: number, work: (block: number) => number): number {
  for (;;) {
    const block = Atomics.add(counter, 0, 1);
    if (block >= blocks) return 0;
    const failed = work(block);
    if (failed !== 0) return failed;
  }
}

function sumGramian(side: IalsStep['side']): number {
  const { rank, partials } = layout;
  const { rowCount, factors } = layout[side];
  const { parts, rowsPerPart } = gramParts(rowCount);
  return forEachBlock(parts, (part) => {
    const begin = Math.min(rowCount, part * rowsPerPart);
    const end = Math.min(rowCount, begin + rowsPerPart);
    kernel.partialGram(factors, begin, end, rank, partials + part * rank * rank * 4, scratch);
    return 0;
  });
}

function reduceGramian(side: IalsStep['side']): number {
  const { rank, partials, alpha0, gram } = layout;
  const { parts } = gramParts(layout[side].rowCount);
  return forEachBlock(rank / 8, (panel) => {
    kernel.sumPartials(partials, parts, rank, alpha0, panel * 8 * rank, (panel + 1) * 8 * rank, gram);
    return 0;
  });
}

function solveSide(side: IalsStep['side']): number {
  const own = layout[side];
  const others = layout[side === 'users' ? 'items' : 'users'].factors;
  return forEachBlock(Math.ceil(own.rowCount / ROWS_PER_BLOCK), (block) => {
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

const STEPS = { gramian: sumGramian, reduce: reduceGramian, solve: solveSide };

parentPort!.on('message', ({ kind, side }: IalsStep) => {
  const answer: IalsStepAnswer = STEPS[kind](side);
  parentPort!.postMessage(answer);
});
