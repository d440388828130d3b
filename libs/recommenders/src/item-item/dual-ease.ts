import { type Csr, type DenseRows, ridgeInverse } from '@attune/kernels';
import { type ItemWeights, type Outgoing, outgoingOf } from './item-weights';

/** What to invert. */
export interface DualEaseRequest {
  /** [users x items] */
  readonly preferences: Csr;
  /** The same matrix by item. */
  readonly items: Csr;
  /** lambda, by the item's entry of the Gramian. */
  readonly ridge: (diagonal: number) => number;
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onFraction?: (fraction: number) => void;
}

/**
 * EASE where there are fewer users than items: the same weights through an inverse of the users' size, by the identity of Woodbury.
 * With L = diag(lambda), Y = X L^-1/2 and K = (I + Y Y^T)^-1:
 *
 *   P = (X^T X + L)^-1 = L^-1/2 (I - Y^T K Y) L^-1/2,   and a history r has the scores   r B = r - (r P) diag(1 / diag P).
 */
export class DualEase implements ItemWeights {
  readonly itemCount: number;
  readonly #total: Float32Array;
  readonly #known: Float32Array;

  private constructor(
    /** Y^T: [items x users]. */
    private readonly byItem: Csr,
    /** Y: [users x items]. */
    private readonly byUser: Csr,
    private readonly kernel: DenseRows,
    /** [itemCount]: lambda^-1/2. */
    private readonly scales: Float32Array,
    /** [itemCount]: diag P. */
    private readonly diagonal: Float64Array,
  ) {
    this.itemCount = byItem.rowCount;
    this.#total = new Float32Array(kernel.size);
    this.#known = new Float32Array(kernel.size);
  }

  /** Inverts I + Y Y^T. */
  static async fit(request: DualEaseRequest): Promise<DualEase> {
    const { preferences, items, ridge, threads, signal, onFraction } = request;
    const scales = new Float32Array(items.rowCount);
    for (let item = 0; item < items.rowCount; item++) {
      const own = items.values.subarray(items.offsets[item]!, items.offsets[item + 1]!);
      scales[item] = 1 / Math.sqrt(ridge(own.reduce((sum, value) => sum + value * value, 0)));
    }
    const byItem = { ...items, values: Float32Array.from(items.values) };
    for (let item = 0; item < items.rowCount; item++) {
      for (let e = items.offsets[item]!; e < items.offsets[item + 1]!; e++) byItem.values[e]! *= scales[item]!;
    }
    const byUser = { ...preferences, values: preferences.values.map((v, e) => v * scales[preferences.indices[e]!]!) };
    const users = preferences.rowCount;
    const { inverse } = await ridgeInverse({
      matrix: byItem,
      columnCount: users,
      ridge: () => 1,
      threads,
      signal,
      onFraction,
    });
    return new DualEase(byItem, byUser, inverse, scales, diagonalOf(byItem, inverse, scales));
  }

  scoreInto(items: Int32Array, strengths: Float32Array, out: Float32Array): void {
    const { byItem, byUser, scales, diagonal, kernel } = this;
    const total = this.#total.fill(0);
    for (let e = 0; e < items.length; e++) {
      const [item, strength] = [items[e]!, strengths[e]! * scales[items[e]!]!];
      for (let at = byItem.offsets[item]!; at < byItem.offsets[item + 1]!; at++) {
        total[byItem.indices[at]!]! += strength * byItem.values[at]!;
      }
    }
    const touched = Int32Array.from(total.keys()).filter((user) => total[user] !== 0);
    kernel.addRows(
      touched,
      Float32Array.from(touched, (user) => total[user]!),
      this.#known,
    );
    out.fill(0);
    for (let user = 0; user < byUser.rowCount; user++) {
      const known = this.#known[user]!;
      for (let at = byUser.offsets[user]!; at < byUser.offsets[user + 1]!; at++) {
        out[byUser.indices[at]!]! += known * byUser.values[at]!;
      }
    }
    // so far out = r L^-1/2 Y^T K Y; r P = (r L^-1/2 - that) L^-1/2
    for (let item = 0; item < out.length; item++) out[item]! *= scales[item]! / diagonal[item]!;
    for (let e = 0; e < items.length; e++) {
      const item = items[e]!;
      out[item]! += strengths[e]! * (1 - scales[item]! ** 2 / diagonal[item]!);
    }
  }

  outgoing(item: number): Outgoing {
    const row = new Float32Array(this.itemCount);
    this.scoreInto(Int32Array.of(item), Float32Array.of(1), row);
    return outgoingOf(item, row);
  }
}

/** diag P = (1 - y K y^T) / lambda, y the column of an item in Y. */
function diagonalOf(
  { rowCount, offsets, indices, values }: Csr,
  kernel: DenseRows,
  scales: Float32Array,
): Float64Array {
  const diagonal = new Float64Array(rowCount);
  for (let item = 0; item < rowCount; item++) {
    let known = 0;
    for (let a = offsets[item]!; a < offsets[item + 1]!; a++) {
      const row = kernel.row(indices[a]!);
      for (let b = offsets[item]!; b < offsets[item + 1]!; b++) known += values[a]! * values[b]! * row[indices[b]!]!;
    }
    diagonal[item] = (1 - known) * scales[item]! ** 2;
  }
  return diagonal;
}
