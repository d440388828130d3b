import { join } from 'node:path';
import { AppError } from '@attune/errors';
import { loadItemItemModule } from './item-item-kernel';
import { type DenseLayout, type MemoryPlan, PIVOTS, type SparseLayout } from './item-item-memory';
import type { ItemItemStep, ItemItemStepAnswer, ItemItemWorkerData } from './item-item-worker';
import { BUILT_FOLDER, sharedMemory } from './kernel-module';
import { WorkerPool } from './worker-pool';

/** What the threads of a team work on. */
export interface TeamRequest {
  readonly plan: MemoryPlan;
  readonly threads: number;
  readonly sparse?: SparseLayout;
  readonly dense?: DenseLayout;
  /** Bytes that each thread needs beside what every step needs. */
  readonly scratchBytes?: number;
  readonly signal?: AbortSignal;
}

/** Threads over one memory that compute item-item products step by step. */
export class ItemItemTeam implements AsyncDisposable {
  readonly memory: WebAssembly.Memory;
  readonly #counter: Int32Array;
  readonly #pool: WorkerPool;

  constructor({ plan, threads, sparse, dense, scratchBytes = 0, signal }: TeamRequest) {
    if (!Number.isInteger(threads) || threads < 1) throw new AppError('invalid.threads', 'threads must be at least 1');
    const counter = plan.take(64);
    const perItem = (sparse?.itemCount ?? 0) * 4;
    const perThread = Array.from({ length: threads }, () => ({
      sums: plan.take(perItem),
      touched: plan.take(perItem),
      scratch: plan.take(scratchBytes),
    }));
    this.memory = reserve(plan.total());
    this.#counter = new Int32Array(this.memory.buffer, counter, 1);
    const shared = { module: loadItemItemModule(), memory: this.memory, counter, sparse, dense };
    const workerData = perThread.map((own): ItemItemWorkerData => ({ ...shared, ...own }));
    this.#pool = new WorkerPool({ workerPath: join(BUILT_FOLDER, 'item-item-worker.js'), workerData, signal });
  }

  /** Does one step on all threads; throws `internal.diverged` where a pivot of an inversion is not positive. */
  async run(step: ItemItemStep): Promise<void> {
    Atomics.store(this.#counter, 0, 0);
    const failed = (await this.#pool.run<ItemItemStepAnswer>(step)).find((answer) => answer !== 0);
    if (failed === undefined) return;
    const what = `the matrix has no inverse: pivot ${failed - 1} is not positive`;
    throw new AppError('internal.diverged', `${what}; raise the regularization or check the weights`);
  }

  /** Inverts the dense matrix: afterwards minus the inverse is on and above the diagonal. */
  async invert({ padded }: DenseLayout, onFraction?: (fraction: number) => void): Promise<void> {
    for (let pivot = 0; pivot < padded; pivot += PIVOTS) {
      await this.run({ kind: 'pivots', pivot });
      await this.run({ kind: 'scale', pivot });
      await this.run({ kind: 'update', pivot });
      onFraction?.(Math.min(1, (pivot + PIVOTS) / padded));
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool[Symbol.asyncDispose]();
  }
}

function reserve(bytes: number): WebAssembly.Memory {
  try {
    return sharedMemory(bytes);
  } catch (cause) {
    const gib = (bytes / 2 ** 30).toFixed(1);
    throw new AppError('exhausted.memory', `${gib} GiB of shared memory cannot be had on this machine`, { cause });
  }
}

/** Views of the diagonal: reads and writes element (i, i) of a dense matrix. */
export function diagonalOf(buffer: ArrayBufferLike, { matrix, stride, padded }: DenseLayout) {
  const floats = new Float32Array(buffer, matrix, (padded * stride) / 4);
  const at = (index: number) => index * (stride / 4) + index;
  return {
    get: (index: number) => floats[at(index)]!,
    set: (index: number, value: number) => {
      floats[at(index)] = value;
    },
  };
}
