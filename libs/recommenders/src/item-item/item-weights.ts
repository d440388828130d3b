import { type Csr, type DenseRows, transposeCsr } from '@attune/kernels';

/** What one item says for others: no zeros, nothing of itself. */
export interface Outgoing {
  readonly items: Int32Array;
  readonly weights: Float32Array;
}

/** Item-item weights: how strongly an interaction with one item speaks for another. */
export interface ItemWeights {
  /** Items, and after them what else speaks for items. */
  readonly columnCount: number;
  /** Scores of all columns for one history: out[j] = sum over e of strengths[e] B(items[e], j). `out` [columnCount] is overwritten. */
  scoreInto(items: Int32Array, strengths: Float32Array, out: Float32Array): void;
  /** Row `item` of B. */
  outgoing(item: number): Outgoing;
}

/** Weights, and what is to be said of how they came about. */
export interface FittedWeights {
  readonly weights: ItemWeights;
  readonly metrics: Readonly<Record<string, number>>;
}

/** The weights of a full row that are not 0. */
export function outgoingOf(item: number, row: Float32Array): Outgoing {
  const items = new Int32Array(row.length);
  let count = 0;
  for (let other = 0; other < row.length; other++) {
    if (row[other] !== 0 && other !== item) items[count++] = other;
  }
  const kept = items.slice(0, count);
  return { items: kept, weights: Float32Array.from(kept, (other) => row[other]!) };
}

/** All weights at hand. */
export class DenseWeights implements ItemWeights {
  constructor(private readonly rows: DenseRows) {}

  get columnCount(): number {
    return this.rows.size;
  }

  scoreInto(items: Int32Array, strengths: Float32Array, out: Float32Array): void {
    this.rows.addRows(items, strengths, out);
  }

  outgoing(item: number): Outgoing {
    return outgoingOf(item, this.rows.row(item));
  }
}

/** The weights that were kept, the others 0. */
export class SparseWeights implements ItemWeights {
  /** Row i of `rows` has the items that i speaks for. */
  constructor(private readonly rows: Csr) {}

  /** From rows j of the items that speak for j. */
  static ofIncoming(incoming: Csr): SparseWeights {
    return new SparseWeights(transposeCsr(incoming, incoming.rowCount));
  }

  get columnCount(): number {
    return this.rows.rowCount;
  }

  scoreInto(items: Int32Array, strengths: Float32Array, out: Float32Array): void {
    const { offsets, indices, values } = this.rows;
    out.fill(0);
    for (let e = 0; e < items.length; e++) {
      const strength = strengths[e]!;
      const last = offsets[items[e]! + 1]!;
      for (let at = offsets[items[e]!]!; at < last; at++) out[indices[at]!]! += strength * values[at]!;
    }
  }

  outgoing(item: number): Outgoing {
    const { offsets, indices, values } = this.rows;
    const [first, last] = [offsets[item]!, offsets[item + 1]!];
    return { items: indices.subarray(first, last), weights: values.subarray(first, last) };
  }
}
