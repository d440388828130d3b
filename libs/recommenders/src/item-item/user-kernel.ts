import { type Csr, type DenseRows, ridgeInverse, transposeCsr } from '@attune/kernels';

/** What to invert. */
export interface UserKernelRequest {
  /** Y: [users x columns], a column for each item and for what else is known of users. */
  readonly matrix: Csr;
  readonly columnCount: number;
  /** What is added to the diagonal of Y Y^T. */
  readonly ridge: number;
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onFraction?: (fraction: number) => void;
}

/** Y^T K Y with K = (Y Y^T + ridge)^-1: an item-item matrix that is kept as the inverse of the users' size between two sparse ones. */
export class UserKernel {
  readonly columnCount: number;
  readonly #byUser: Csr;
  readonly #byItem: Csr;
  readonly #inverse: DenseRows;
  readonly #total: Float32Array;
  readonly #known: Float32Array;

  private constructor(byUser: Csr, byItem: Csr, inverse: DenseRows) {
    this.columnCount = byItem.rowCount;
    this.#byUser = byUser;
    this.#byItem = byItem;
    this.#inverse = inverse;
    this.#total = new Float32Array(inverse.size);
    this.#known = new Float32Array(inverse.size);
  }

  /** Inverts Y Y^T + ridge. */
  static async fit(request: UserKernelRequest): Promise<UserKernel> {
    const { matrix, columnCount, ridge, threads, signal, onFraction } = request;
    const byItem = transposeCsr(matrix, columnCount);
    const { inverse } = await ridgeInverse({
      matrix: byItem,
      columnCount: matrix.rowCount,
      ridge: () => ridge,
      threads,
      signal,
      onFraction,
    });
    return new UserKernel(matrix, byItem, inverse);
  }

  /** out [columnCount] = r Y^T K Y, where r has strengths[e] at items[e]. */
  applyInto(items: Int32Array, strengths: Float32Array, out: Float32Array): void {
    const { offsets, indices, values } = this.#byItem;
    const total = this.#total.fill(0);
    for (let e = 0; e < items.length; e++) {
      const last = offsets[items[e]! + 1]!;
      for (let at = offsets[items[e]!]!; at < last; at++) total[indices[at]!]! += strengths[e]! * values[at]!;
    }
    const touched = Int32Array.from(total.keys()).filter((user) => total[user] !== 0);
    this.#inverse.addRows(
      touched,
      Float32Array.from(touched, (user) => total[user]!),
      this.#known,
    );
    this.#spread(this.#known, out);
  }

  /** y K y^T for the column y of an item. */
  selfWeight(item: number): number {
    const { offsets, indices, values } = this.#byItem;
    let sum = 0;
    for (let a = offsets[item]!; a < offsets[item + 1]!; a++) {
      const row = this.#inverse.row(indices[a]!);
      for (let b = offsets[item]!; b < offsets[item + 1]!; b++) sum += values[a]! * values[b]! * row[indices[b]!]!;
    }
    return sum;
  }

  /** out = known Y. */
  #spread(known: Float32Array, out: Float32Array): void {
    const { rowCount, offsets, indices, values } = this.#byUser;
    out.fill(0);
    for (let user = 0; user < rowCount; user++) {
      const last = offsets[user + 1]!;
      for (let at = offsets[user]!; at < last; at++) out[indices[at]!]! += known[user]! * values[at]!;
    }
  }
}
