import { AppError } from '@attune/errors';
import { type IalsKernel, instantiateKernel, loadKernelModule, sharedMemory } from './kernel-module';

/** A table of vectors, ready to be multiplied with others. */
export interface DotProducts {
  /** Rows of the table. */
  readonly rowCount: number;
  /** The dot products of each of `vectors` [n x rank] with every row of the table: [n x rowCount]. Synchronous, on one thread. */
  of(vectors: Float32Array): Float32Array<ArrayBuffer>;
}

const BASE = 65_536;
const PANEL = 8;
const VECTORS_AT_ONCE = 4;

/** Copies a table [rowCount x rank] into a WebAssembly memory, in the order in which SIMD reads it. */
export function openDotProducts(table: Float32Array, rank: number): DotProducts {
  const rowCount = table.length / rank;
  if (!Number.isInteger(rowCount) || rowCount < 1) {
    throw new AppError('invalid.factors', `${table.length} numbers are not a table of rows of ${rank}`);
  }
  return new WasmDotProducts(table, rank, rowCount);
}

class WasmDotProducts implements DotProducts {
  readonly #kernel: IalsKernel;
  readonly #paddedRank: number;
  readonly #panels: number;
  readonly #at: { readonly table: number; readonly vectors: number; readonly out: number };
  readonly #vectors: Float32Array;
  readonly #out: Float32Array;

  constructor(
    table: Float32Array,
    private readonly rank: number,
    readonly rowCount: number,
  ) {
    this.#paddedRank = rank + (rank % 2);
    this.#panels = Math.ceil(rowCount / PANEL);
    const vectors = BASE + this.#panels * this.#paddedRank * PANEL * 4;
    const out = vectors + this.#paddedRank * PANEL * 4;
    const end = out + VECTORS_AT_ONCE * this.#panels * PANEL * 4;
    if (end > 65_535 * 65_536) {
      throw new AppError('failed_precondition.dataset_too_large', 'the table does not fit 4 GiB; lower the rank');
    }
    this.#at = { table: BASE, vectors, out };
    const memory = sharedMemory(end);
    this.#kernel = instantiateKernel(loadKernelModule(), memory);
    const packed = new Float32Array(memory.buffer, BASE, this.#panels * this.#paddedRank * PANEL);
    for (let row = 0; row < rowCount; row++) {
      const to = Math.floor(row / PANEL) * this.#paddedRank * PANEL + (row % PANEL);
      for (let k = 0; k < rank; k++) packed[to + k * PANEL] = table[row * rank + k]!;
    }
    this.#vectors = new Float32Array(memory.buffer, vectors, this.#paddedRank * PANEL);
    this.#out = new Float32Array(memory.buffer, out, VECTORS_AT_ONCE * this.#panels * PANEL);
  }

  of(vectors: Float32Array): Float32Array<ArrayBuffer> {
    const count = vectors.length / this.rank;
    if (!Number.isInteger(count)) {
      throw new AppError('invalid.factors', `${vectors.length} numbers are not rows of ${this.rank}`);
    }
    const products = new Float32Array(count * this.rowCount);
    const outRow = this.#panels * PANEL;
    for (let first = 0; first < count; first += VECTORS_AT_ONCE) {
      const here = Math.min(VECTORS_AT_ONCE, count - first);
      this.#pack(vectors, first, here);
      this.#kernel.dotProducts(this.#at.vectors, this.#at.table, this.#paddedRank, this.#panels, this.#at.out);
      for (let r = 0; r < here; r++) {
        products.set(this.#out.subarray(r * outRow, r * outRow + this.rowCount), (first + r) * this.rowCount);
      }
    }
    return products;
  }

  /** Rows that are not there keep what was in them: their products are not read. */
  #pack(vectors: Float32Array, first: number, count: number): void {
    for (let r = 0; r < count; r++) {
      for (let k = 0; k < this.rank; k++) this.#vectors[k * PANEL + r] = vectors[(first + r) * this.rank + k]!;
    }
  }
}
