import { AppError } from '@attune/errors';
import type { Csr } from './csr';
import { instantiateItemItemKernel } from './item-item-kernel';
import { checkOrdered, fillSparse, MemoryPlan, planSparse } from './item-item-memory';
import { ItemItemTeam } from './item-item-team';
import { sharedMemory } from './kernel-module';

/** What to regress. */
export interface NeighborRegressionRequest {
  /** [users x itemCount], entries of a row in ascending order. */
  readonly matrix: Csr;
  readonly itemCount: number;
  /** What is added to the diagonal, given how much is there already. Positive. */
  readonly ridge: (diagonal: number) => number;
  /** On how many of its nearest items an item is regressed; raised to a multiple of 8. */
  readonly k: number;
  /** How many entries of an item's row of the Gramian are kept, those of the largest cosine; at least k. */
  readonly keptPerItem: number;
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onFraction?: (fraction: number) => void;
}

/** Sparse weights: row j of `incoming` has the items that speak for j. */
export interface NeighborRegression {
  readonly incoming: Csr;
  /** How many items needed a larger ridge, because pairs that were not kept left their equations without a solution. */
  readonly raisedItems: number;
}

/**
 * EASE (Steck 2019) restricted to each item's nearest items: column j of B solves (G_NN + ridge) w = G_Nj over j's neighbours N alone, as
 * SLIM with feature selection does (Ning and Karypis 2011, section 4.3); with all other items in N it is EASE. The Gramian G is sparse: of each
 * row what has the largest cosine. Memory is 8 keptPerItem bytes an item beside the data, and 4 k for the answer.
 */
export async function neighborRegression(request: NeighborRegressionRequest): Promise<NeighborRegression> {
  const { matrix, itemCount, ridge, threads, signal, onFraction } = request;
  checkOrdered(matrix, itemCount, 'users');
  if (!Number.isInteger(request.k) || request.k < 1) throw new AppError('invalid.settings', 'k must be at least 1');
  const k = Math.ceil(Math.min(request.k, itemCount) / 8) * 8;
  const width = Math.min(Math.max(request.keptPerItem, k), Math.max(1, itemCount - 1));
  const plan = new MemoryPlan();
  const sparse = planSparse(plan, matrix, itemCount, false);
  const [norms, diagonal] = [plan.take(itemCount * 4), plan.take(itemCount * 4)];
  const [items, scores] = [plan.take(itemCount * width * 4), plan.take(itemCount * width * 4)];
  const [out, raised] = [plan.take(itemCount * k * 4), plan.take(64)];
  const scratchBytes = instantiateItemItemKernel(sharedMemory(65_536)).regressionBytes(k);
  await using team = new ItemItemTeam({ plan, threads, sparse, scratchBytes, signal });
  const { buffer } = team.memory;
  fillSparse(buffer, sparse, matrix);
  const squares = new Float64Array(itemCount);
  for (let e = 0; e < matrix.indices.length; e++) squares[matrix.indices[e]!]! += matrix.values[e]! ** 2;
  new Float32Array(buffer, norms, itemCount).set(squares.map((square) => (square > 0 ? Math.sqrt(square) : 1)));
  new Float32Array(buffer, diagonal, itemCount).set(squares.map((square) => square + ridge(square)));
  await team.run({ kind: 'nearest', k: width, shrink: 0, norms, outItems: items, outScores: scores });
  onFraction?.(0.3);
  await team.run({ kind: 'regress', width, items, scores, norms, diagonal, k, out, raised });
  onFraction?.(1);
  const incoming = collect({
    itemCount,
    width,
    k,
    items: new Int32Array(buffer, items, itemCount * width),
    weights: new Float32Array(buffer, out, itemCount * k),
  });
  return { incoming, raisedItems: new Int32Array(buffer, raised, 1)[0]! };
}

/** The weights of the neighbours that there are. */
function collect(table: {
  itemCount: number;
  width: number;
  k: number;
  items: Int32Array;
  weights: Float32Array;
}): Csr {
  const { itemCount, width, k, items, weights } = table;
  const offsets = new Int32Array(itemCount + 1);
  for (let item = 0; item < itemCount; item++) {
    let count = 0;
    while (count < Math.min(k, width) && items[item * width + count]! >= 0) count++;
    offsets[item + 1] = offsets[item]! + count;
  }
  const indices = new Int32Array(offsets[itemCount]!);
  const values = new Float32Array(offsets[itemCount]!);
  for (let item = 0; item < itemCount; item++) {
    const [to, count] = [offsets[item]!, offsets[item + 1]! - offsets[item]!];
    indices.set(items.subarray(item * width, item * width + count), to);
    values.set(weights.subarray(item * k, item * k + count), to);
  }
  return { rowCount: itemCount, offsets, indices, values };
}
