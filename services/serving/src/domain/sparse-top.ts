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
    const touched = this.#add(history, strengths);
    const spoken = touched.filter((row) => this.#sums[row] !== 0);
    const best = this.#largest(spoken, count);
    const scores = Float32Array.from(best, (row) => this.#sums[row]!);
    for (const row of touched) {
      this.#sums[row] = 0;
      this.#isTouched[row] = 0;
    }
    return { rows: best, scores };
  }

  #add(history: Int32Array, strengths: Float32Array): Int32Array<ArrayBuffer> {
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

  /** Sorting plain numbers is native and fast; a comparator sees the few that are above the smallest of the best. */
  #largest(rows: Int32Array<ArrayBuffer>, count: number): Int32Array<ArrayBuffer> {
    const sums = this.#sums;
    let chosen = rows;
    if (rows.length > count) {
      if (count <= 0) return new Int32Array(0);
      const ascending = Float64Array.from(rows, (row) => sums[row]!).sort();
      const least = ascending[ascending.length - count]!;
      chosen = rows.filter((row) => sums[row]! >= least);
    }
    return chosen.sort((a, b) => sums[b]! - sums[a]! || a - b).slice(0, Math.max(0, count));
  }
}
