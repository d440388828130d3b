import { AppError } from '@attune/errors';
import { type Csr, checkCsr } from './csr';

/** Pivots that one step of an inversion eliminates together; their packed rows fit a second-level cache. */
export const PIVOTS = 128;

const MAX_BYTES = 65_536 * 65_536;

/** Hands out places of a WebAssembly memory, one after the other, before the memory exists. */
export class MemoryPlan {
  #end = 65_536;

  /** The address of `bytes` free bytes, at the begin of a cache line. */
  take(bytes: number): number {
    const at = this.#end;
    this.#end += Math.ceil(bytes / 64) * 64;
    return at;
  }

  /** Bytes in all; throws `exhausted.memory` when WebAssembly cannot address them. */
  total(): number {
    if (this.#end <= MAX_BYTES) return this.#end;
    const gib = (this.#end / 2 ** 30).toFixed(1);
    throw new AppError(
      'exhausted.memory',
      `this needs ${gib} GiB of shared memory, and 4 are the most that there can be`,
    );
  }
}

/** Where a sparse matrix of users and items lies: by user with two values per entry, and by item. Addresses in bytes. */
export interface SparseLayout {
  readonly userCount: number;
  readonly itemCount: number;
  readonly offsets: number;
  readonly items: number;
  readonly left: number;
  readonly right: number;
  readonly itemOffsets: number;
  readonly users: number;
  readonly positions: number;
}

/** Plans the place of a sparse matrix; `hasRight` when an entry has a second value. */
export function planSparse(plan: MemoryPlan, matrix: Csr, itemCount: number, hasRight: boolean): SparseLayout {
  const entries = matrix.indices.length * 4;
  const left = plan.take(entries);
  return {
    userCount: matrix.rowCount,
    itemCount,
    left,
    right: hasRight ? plan.take(entries) : left,
    offsets: plan.take((matrix.rowCount + 1) * 4),
    items: plan.take(entries),
    itemOffsets: plan.take((itemCount + 1) * 4),
    users: plan.take(entries),
    positions: plan.take(entries),
  };
}

/** Throws `invalid.matrix` unless the matrix is sound and its rows ascend without duplicates. */
export function checkOrdered(matrix: Csr, columnCount: number, name: string): void {
  checkCsr(matrix, columnCount, name);
  for (let row = 0; row < matrix.rowCount; row++) {
    for (let e = matrix.offsets[row]! + 1; e < matrix.offsets[row + 1]!; e++) {
      if (matrix.indices[e - 1]! < matrix.indices[e]!) continue;
      throw new AppError('invalid.matrix', `the matrix of ${name} is not in ascending order in row ${row}`);
    }
  }
}

/** Writes a sparse matrix, whose rows ascend, into its place; `right` has the second values. */
export function fillSparse(buffer: ArrayBufferLike, at: SparseLayout, matrix: Csr, right?: Float32Array): void {
  const entries = matrix.indices.length;
  new Int32Array(buffer, at.offsets, matrix.offsets.length).set(matrix.offsets);
  new Int32Array(buffer, at.items, entries).set(matrix.indices);
  new Float32Array(buffer, at.left, entries).set(matrix.values);
  if (right !== undefined) new Float32Array(buffer, at.right, entries).set(right);
  const itemOffsets = new Int32Array(buffer, at.itemOffsets, at.itemCount + 1);
  for (const item of matrix.indices) itemOffsets[item + 1]!++;
  for (let item = 0; item < at.itemCount; item++) itemOffsets[item + 1]! += itemOffsets[item]!;
  const next = itemOffsets.slice(0, at.itemCount);
  const users = new Int32Array(buffer, at.users, entries);
  const positions = new Int32Array(buffer, at.positions, entries);
  for (let user = 0; user < matrix.rowCount; user++) {
    for (let e = matrix.offsets[user]!; e < matrix.offsets[user + 1]!; e++) {
      const to = next[matrix.indices[e]!]!++;
      users[to] = user;
      positions[to] = e;
    }
  }
}

/** Where a square matrix of float32 lies, and what its inversion needs beside it. */
export interface DenseLayout {
  readonly size: number;
  /** The size, up to a multiple of 8: rows and columns beyond it are those of the identity. */
  readonly padded: number;
  /** Bytes from one row to the next. */
  readonly stride: number;
  readonly matrix: number;
  readonly diagonal: number;
  readonly packed: number;
  readonly scaled: number;
  readonly negated: number;
  readonly work: number;
}

/** Plans the place of a square matrix. */
export function planDense(plan: MemoryPlan, size: number): DenseLayout {
  const padded = Math.ceil(size / 8) * 8;
  // rows that are a multiple of a page apart would all fall into the same sets of the cache
  const stride = (padded * 4) % 4096 === 0 ? padded * 4 + 64 : padded * 4;
  return {
    size,
    padded,
    stride,
    matrix: plan.take(padded * stride),
    diagonal: plan.take(padded * 4),
    packed: plan.take(padded * PIVOTS * 4),
    scaled: plan.take(padded * PIVOTS * 4),
    negated: plan.take(PIVOTS * PIVOTS * 4),
    work: plan.take(PIVOTS * PIVOTS * 8),
  };
}

/** Where a sparse matrix lies by rows alone. */
export interface CsrLayout {
  readonly rowCount: number;
  readonly offsets: number;
  readonly indices: number;
  readonly values: number;
}

/** Plans the place of a sparse matrix by rows. */
export function planCsr(plan: MemoryPlan, { rowCount, indices }: Csr): CsrLayout {
  const [offsets, values] = [plan.take((rowCount + 1) * 4), plan.take(indices.length * 4)];
  return { rowCount, offsets, indices: plan.take(indices.length * 4), values };
}

/** Writes a sparse matrix into its place. */
export function fillCsr(buffer: ArrayBufferLike, at: CsrLayout, { offsets, indices, values }: Csr): void {
  new Int32Array(buffer, at.offsets, offsets.length).set(offsets);
  new Int32Array(buffer, at.indices, indices.length).set(indices);
  new Float32Array(buffer, at.values, values.length).set(values);
}

/** Where rows lie of which sums are wanted (see DenseRows). */
export type RowsLayout = Pick<DenseLayout, 'size' | 'padded' | 'stride' | 'matrix' | 'packed' | 'scaled'>;

/** Plans the place of `rows` rows of `size` numbers. */
export function planRows(plan: MemoryPlan, rows: number, size: number): RowsLayout {
  const padded = Math.ceil(size / 8) * 8;
  const stride = padded * 4;
  const [matrix, packed, scaled] = [rows * stride, padded * 4, padded * 8].map((bytes) => plan.take(bytes));
  return { size, padded, stride, matrix: matrix!, packed: packed!, scaled: scaled! };
}
