// Worker thread of trainIals: takes blocks of work off the shared counter until none is left, then answers.
import { parentPort, workerData } from 'node:worker_threads';
import { IALS_STEPS, type Side } from './ials-steps';
import { instantiateKernel } from './kernel-module';
import { gramParts, type MemoryLayout } from './memory-layout';
import { SHARED_WORDS, SharedSteps } from './shared-steps';

/** What a thread answers: the first row that it found without a solution, if any. */
export type IalsStepAnswer = { readonly side: Side; readonly row: number } | undefined;

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
const steps = new SharedSteps(new Int32Array(memory.buffer, layout.shared, SHARED_WORDS), layout.scratch.length);
const scratch = layout.scratch[thread]!;

function sumGramian(side: Side): number {
  const { rank, partials } = layout;
  const { rowCount, factors, exposures } = layout[side];
  const { parts, rowsPerPart } = gramParts(rowCount);
  return steps.shareBlocks(parts, (part) => {
    const begin = Math.min(rowCount, part * rowsPerPart);
    const end = Math.min(rowCount, begin + rowsPerPart);
    kernel.partialGram(factors, exposures, begin, end, rank, partials + part * rank * rank * 4, scratch);
    return 0;
  });
}

function reduceGramian(side: Side): number {
  const { rank, partials, alpha0, gram } = layout;
  const { parts } = gramParts(layout[side].rowCount);
  return steps.shareBlocks(rank / 8, (panel) => {
    kernel.sumPartials(partials, parts, rank, alpha0, panel * 8 * rank, (panel + 1) * 8 * rank, gram);
    return 0;
  });
}

function solveSide(side: Side): number {
  const own = layout[side];
  const others = layout[side === 'users' ? 'items' : 'users'].factors;
  return steps.shareBlocks(Math.ceil(own.rowCount / ROWS_PER_BLOCK), (block) => {
    const begin = block * ROWS_PER_BLOCK;
    const end = Math.min(own.rowCount, begin + ROWS_PER_BLOCK);
    const { factors, offsets, indices, weights, exposures, regularizations, gains } = own;
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
      exposures,
      regularizations,
      gains,
      scratch,
    );
  });
}

function solve(sides: readonly Side[]): IalsStepAnswer {
  let answer: IalsStepAnswer;
  for (const side of sides) {
    const other = side === 'users' ? 'items' : 'users';
    sumGramian(other);
    reduceGramian(other);
    const failed = solveSide(side);
    if (failed !== 0) answer ??= { side, row: failed - 1 };
  }
  return answer;
}

parentPort!.on('message', () => {
  for (let kind = steps.take(); kind !== undefined; kind = steps.takeSoon()) {
    parentPort!.postMessage(solve(IALS_STEPS[kind]!));
  }
});
