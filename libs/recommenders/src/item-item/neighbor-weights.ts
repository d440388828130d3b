import { type Csr, nearestItems } from '@attune/kernels';
import type { ItemItemSettings } from './item-item-settings';

/** What the neighbours of items are found in. */
export interface NeighborRequest {
  /** [users x items] */
  readonly preferences: Csr;
  readonly itemCount: number;
  readonly settings: ItemItemSettings;
  readonly signal?: AbortSignal;
}

/** BM25's saturation of a count, and how much the length of a user's history matters. */
const BM25_K = 1.2;
const BM25_B = 0.75;

/**
 * Okapi BM25 (Robertson and Zaragoza 2009, equation 3.15) with users as terms and items as documents, as implicit recommenders use it:
 * a user who has few items says more by each, and an item with many users does not win by their number.
 */
function bm25({ rowCount, offsets, indices, values }: Csr, itemCount: number): Float32Array {
  const lengths = new Float64Array(itemCount);
  for (let e = 0; e < indices.length; e++) lengths[indices[e]!]! += values[e]!;
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / itemCount;
  const weighted = new Float32Array(values.length);
  for (let user = 0; user < rowCount; user++) {
    const [first, last] = [offsets[user]!, offsets[user + 1]!];
    const rareness = Math.log(1 + (itemCount - (last - first) + 0.5) / (last - first + 0.5));
    for (let e = first; e < last; e++) {
      const length = 1 - BM25_B + (BM25_B * lengths[indices[e]!]!) / meanLength;
      weighted[e] = (rareness * values[e]! * (BM25_K + 1)) / (values[e]! + BM25_K * length);
    }
  }
  return weighted;
}

/**
 * Item-kNN (Deshpande and Karypis 2004): cosine of the items' columns, shrunk (Bell and Koren 2007): row j of the answer has the
 * nearest items of j.
 */
export function knnWeights({ preferences, itemCount, settings, signal }: NeighborRequest): Promise<Csr> {
  const values = settings.rareness === 'bm25' ? bm25(preferences, itemCount) : preferences.values;
  const squares = new Float64Array(itemCount);
  for (let e = 0; e < values.length; e++) squares[preferences.indices[e]!]! += values[e]! ** 2;
  // an item without users has no neighbours, whatever its norm
  const norms = Float32Array.from(squares, (square) => (square > 0 ? Math.sqrt(square) : 1));
  const { neighbors: k, shrink, threads } = settings;
  return nearestItems({ matrix: { ...preferences, values }, itemCount, norms, shrink, k, threads, signal });
}

/**
 * RP3beta (Paudel et al. 2017): from item i to user u and on to item j with the probabilities (w_ui / |i|)^alpha and (w_uj / |u|)^alpha,
 * divided by |j|^beta. Row i of the answer has the items j that are reached most often, their weights scaled to the sum 1, as Ferrari Dacrema
 * et al. 2021 tune it: an item speaks as loudly as any other, whatever its number of users.
 */
export async function walkWeights({ preferences, itemCount, settings, signal }: NeighborRequest): Promise<Csr> {
  const { rowCount, offsets, indices, values } = preferences;
  const { alpha, beta, neighbors: k, threads } = settings;
  const itemSums = new Float64Array(itemCount);
  for (let e = 0; e < indices.length; e++) itemSums[indices[e]!]! += values[e]!;
  const leaving = new Float32Array(values.length);
  const arriving = new Float32Array(values.length);
  for (let user = 0; user < rowCount; user++) {
    let userSum = 0;
    for (let e = offsets[user]!; e < offsets[user + 1]!; e++) userSum += values[e]!;
    for (let e = offsets[user]!; e < offsets[user + 1]!; e++) {
      leaving[e] = (values[e]! / itemSums[indices[e]!]!) ** alpha;
      arriving[e] = (values[e]! / userSum) ** alpha / itemSums[indices[e]!]! ** beta;
    }
  }
  const norms = new Float32Array(itemCount).fill(1);
  const matrix = { ...preferences, values: leaving };
  return scaleRows(await nearestItems({ matrix, right: arriving, itemCount, norms, shrink: 0, k, threads, signal }));
}

/** Rows scaled to the sum 1. */
function scaleRows(rows: Csr): Csr {
  const values = new Float32Array(rows.values.length);
  for (let row = 0; row < rows.rowCount; row++) {
    const own = rows.values.subarray(rows.offsets[row]!, rows.offsets[row + 1]!);
    const sum = own.reduce((total, value) => total + value, 0);
    values.set(
      own.map((value) => value / sum),
      rows.offsets[row]!,
    );
  }
  return { ...rows, values };
}
