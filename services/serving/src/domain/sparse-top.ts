/** Lists of neighbours: row r has `width` entries from r * width on. */
export interface NeighborLists {
  readonly width: number;
  readonly rows: Int32Array;
  readonly weights: Float32Array;
}

/** Rows with their sums, best first. */
export interface TopSums {
  readonly rows: Int32Array<ArrayBuffer>;
  readonly scores: Float32Array;
}

/**
 * Adds up what the neighbours of a few rows say, and gives the best: score(j) = sum over the history's rows r of
 * weight(r) * neighbour weight(r, j). Only rows that are somebody's neighbour are touched, so the work is that of
 * history x width, however many items there are. Rows of which nothing is said, or sums of 0, are not answered; equal scores
 * come in the order of the rows.
 */
export class SparseTop {
  /** [rows]; zeros between two calls. */
  readonly #sums: Float64Array;
  /** [rows]: whether the row is in the list of touched ones; zeros between two calls. */
  readonly #isTouched: Uint8Array;

  constructor(
    private readonly lists: NeighborLists,
    rowCount: number,
  ) {
    this.#sums = new Float64Array(rowCount);
    this.#isTouched = new Uint8Array(rowCount);
  }

  /** The best `count` for rows [h] of weights [h]. */
  best(history: Int32Array, strengths: Float32Array, count: number): TopSums {
    const sums = this.#sums;
    const touched = this.#add(history, strengths);
    const rows = largest(touched, sums, Math.max(0, count));
    const scores = new Float32Array(rows.length);
    for (let at = 0; at < scores.length; at++) scores[at] = sums[rows[at]!]!;
    for (let at = 0; at < touched.length; at++) {
      const row = touched[at]!;
      sums[row] = 0;
      this.#isTouched[row] = 0;
    }
    return { rows, scores };
  }

  #add(history: Int32Array, strengths: Float32Array): Int32Array {
    const { width, rows, weights } = this.lists;
    const touched = new Int32Array(history.length * width);
    let count = 0;
    for (let h = 0; h < history.length; h++) {
      const first = history[h]! * width;
      const strength = strengths[h]!;
      for (let at = first; at < first + width; at++) {
        const row = rows[at]!;
        if (this.#isTouched[row] === 0) {
          this.#isTouched[row] = 1;
          touched[count++] = row;
        }
        this.#sums[row]! += strength * weights[at]!;
      }
    }
    return touched.subarray(0, count);
  }
}

/**
 * The `count` rows with the largest sums that are not 0, best first, equal ones in the order of the rows. A heap whose root is the worst
 * of the best: most rows are turned down at one look, without the copies and the calls of a sort with a comparator.
 */
function largest(touched: Int32Array, sums: Float64Array, count: number): Int32Array<ArrayBuffer> {
  const heap = new Int32Array(Math.min(count, touched.length));
  let size = 0;
  for (let at = 0; at < touched.length; at++) {
    const row = touched[at]!;
    if (sums[row] === 0) continue;
    if (size < heap.length) rise(heap, sums, size++, row);
    else if (size > 0 && isWorse(sums, heap[0]!, row)) sink(heap, sums, size, row);
  }
  for (let end = size - 1; end > 0; end--) {
    const worst = heap[0]!;
    sink(heap, sums, end, heap[end]!);
    heap[end] = worst;
  }
  return heap.subarray(0, size);
}

function isWorse(sums: Float64Array, row: number, than: number): boolean {
  return sums[row]! < sums[than]! || (sums[row] === sums[than] && row > than);
}

function rise(heap: Int32Array, sums: Float64Array, from: number, row: number): void {
  let at = from;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isWorse(sums, row, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = row;
}

/** Puts a row in the place of the root of the first `size`. */
function sink(heap: Int32Array, sums: Float64Array, size: number, row: number): void {
  let at = 0;
  for (let child = 1; child < size; child = 2 * at + 1) {
    if (child + 1 < size && isWorse(sums, heap[child + 1]!, heap[child]!)) child++;
    if (!isWorse(sums, heap[child]!, row)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = row;
}
