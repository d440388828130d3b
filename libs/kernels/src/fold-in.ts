import { AppError } from '@attune/errors';
import { isWeight } from './csr';
import { checkExposures, checkObjective, type IalsObjective, paddedRank, rowRegularization } from './ials-settings';
import { type IalsKernel, instantiateKernel, loadKernelModule, scratchBytes, sharedMemory } from './kernel-module';

/** The item side of a trained model, ready to place users that the training did not see. */
export interface FoldIn {
  /**
   * The vector [rank] that training would give a user with these items, the items held fixed; negative weights speak against theirs. An
   * empty history gives zeros.
   * Synchronous, some tens of microseconds at rank 64: fit for a live user on the serving path.
   */
  solve(itemIndices: ArrayLike<number>, weights: ArrayLike<number>): Float32Array<ArrayBuffer>;
}

const BASE = 65_536;

/** The exposures of a training, for users that it did not see. */
export interface FoldInExposures {
  /** [itemCount] */
  readonly items: Float32Array;
  /** The exposure of a user with so many entries. */
  readonly ofUser: (entries: number) => number;
}

/**
 * Sets up fold-in for item factors [itemCount x rank]: copies them into a WebAssembly memory and computes their Gramian once. Where
 * the training had no exposures there are none here.
 */
export function openFoldIn(itemFactors: Float32Array, objective: IalsObjective, exposures?: FoldInExposures): FoldIn {
  checkObjective(objective);
  const { rank } = objective;
  const itemCount = itemFactors.length / rank;
  if (!Number.isInteger(itemCount) || itemCount < 1) {
    throw new AppError('invalid.factors', `${itemFactors.length} numbers are not a table of rows of ${rank}`);
  }
  if (exposures !== undefined) checkExposures(exposures.items, itemCount, 'items');
  return new WasmFoldIn(itemFactors, itemCount, objective, exposures);
}

class WasmFoldIn implements FoldIn {
  readonly #padded: number;
  readonly #memory: WebAssembly.Memory;
  readonly #kernel: IalsKernel;
  readonly #at: ReturnType<typeof planFoldIn>;

  constructor(
    itemFactors: Float32Array,
    private readonly itemCount: number,
    private readonly objective: IalsObjective,
    private readonly exposures?: FoldInExposures,
  ) {
    this.#padded = paddedRank(objective.rank);
    this.#at = planFoldIn(itemCount, this.#padded);
    this.#memory = sharedMemory(this.#at.history + 65_536, { growable: true });
    this.#kernel = instantiateKernel(loadKernelModule(), this.#memory);
    const factors = new Float32Array(this.#memory.buffer, this.#at.factors, itemCount * this.#padded);
    for (let item = 0; item < itemCount; item++) {
      factors.set(itemFactors.subarray(item * objective.rank, (item + 1) * objective.rank), item * this.#padded);
    }
    const { gram, scratch, exposures: at } = this.#at;
    new Float32Array(this.#memory.buffer, at, itemCount).set(exposures?.items ?? new Float32Array(itemCount).fill(1));
    this.#kernel.partialGram(this.#at.factors, at, 0, itemCount, this.#padded, gram, scratch);
    this.#kernel.sumPartials(gram, 1, this.#padded, objective.alpha0, 0, this.#padded * this.#padded, gram);
  }

  solve(itemIndices: ArrayLike<number>, weights: ArrayLike<number>): Float32Array<ArrayBuffer> {
    const count = itemIndices.length;
    this.#check(itemIndices, weights);
    const indices = this.#at.history + 64;
    const values = indices + count * 4;
    this.#reserve(values + count * 4);
    const { buffer } = this.#memory;
    new Int32Array(buffer, this.#at.history, 2).set([0, count]);
    new Int32Array(buffer, indices, count).set(itemIndices);
    new Float32Array(buffer, values, count).set(weights);
    const { factors, gram, row, scratch, history } = this.#at;
    const regularization = rowRegularization(this.objective, count, this.itemCount);
    new Float32Array(buffer, row + 8, 2).set([regularization, this.exposures?.ofUser(count) ?? 1]);
    const vector = row + 64;
    const rank = this.#padded;
    const failed = this.#kernel.solveRows(
      0,
      1,
      rank,
      vector,
      factors,
      history,
      indices,
      values,
      gram,
      row + 12,
      row + 8,
      row,
      scratch,
    );
    if (failed !== 0) throw new AppError('internal.diverged', 'the equations of the user have no finite solution');
    return new Float32Array(new Float32Array(buffer, vector, this.objective.rank));
  }

  #check(itemIndices: ArrayLike<number>, weights: ArrayLike<number>): void {
    if (weights.length !== itemIndices.length) {
      throw new AppError('invalid.history', `${itemIndices.length} items have ${weights.length} weights`);
    }
    for (let e = 0; e < itemIndices.length; e++) {
      const item = itemIndices[e]!;
      if (!Number.isInteger(item) || item < 0 || item >= this.itemCount) {
        throw new AppError('invalid.history', `item ${item} is not one of ${this.itemCount}`);
      }
      if (!isWeight(weights[e]!, 'signed')) {
        throw new AppError('invalid.history', `the weight ${weights[e]} of item ${item} is not a number other than 0`);
      }
    }
  }

  #reserve(bytes: number): void {
    const missing = bytes - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / 65_536));
  }
}

function planFoldIn(itemCount: number, rank: number) {
  const align = (bytes: number) => Math.ceil(bytes / 64) * 64;
  const factors = BASE;
  const exposures = factors + align(itemCount * rank * 4);
  const gram = exposures + align(itemCount * 4);
  const row = gram + rank * rank * 4;
  const scratch = row + 64 + align(rank * 4);
  const history = scratch + align(scratchBytes(rank));
  return { factors, exposures, gram, row, scratch, history };
}
