import { type ItemItemKernel, instantiateItemItemKernel } from './item-item-kernel';
import type { RowsLayout } from './item-item-memory';

/** A matrix in the memory of the kernels, of which weighted sums of rows are wanted. */
export class DenseRows {
  /** Numbers of a row. */
  readonly size: number;
  readonly #layout: RowsLayout;
  readonly #memory: WebAssembly.Memory;
  readonly #kernel: ItemItemKernel;

  /** Takes over a memory in which `layout` says where the matrix is; what the inversion needed beside it is free now. */
  constructor(memory: WebAssembly.Memory, layout: RowsLayout) {
    this.size = layout.size;
    this.#layout = layout;
    this.#memory = memory;
    this.#kernel = instantiateItemItemKernel(memory);
  }

  /** A view of row `index` [size]: do not write to it. */
  row(index: number): Float32Array {
    const { matrix, stride, size } = this.#layout;
    return new Float32Array(this.#memory.buffer, matrix + index * stride, size);
  }

  /** Sum over e of weights[e] times row indices[e], into `out` [size]. */
  addRows(indices: Int32Array, weights: Float32Array, out: Float32Array): void {
    const { packed, scaled, padded, matrix, stride, size } = this.#layout;
    // `scaled` has place for two times `padded` numbers: longer histories are cut into pieces that fit
    const piece = padded;
    const sum = new Float32Array(this.#memory.buffer, packed, size);
    out.fill(0);
    for (let from = 0; from < indices.length; from += piece) {
      const count = Math.min(piece, indices.length - from);
      const at = scaled + padded * 4;
      new Int32Array(this.#memory.buffer, scaled, count).set(indices.subarray(from, from + count));
      new Float32Array(this.#memory.buffer, at, count).set(weights.subarray(from, from + count));
      this.#kernel.addRows(packed, padded, matrix, stride, scaled, at, count);
      if (indices.length <= piece) out.set(sum);
      else for (let j = 0; j < size; j++) out[j]! += sum[j]!;
    }
  }
}
