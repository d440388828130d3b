import { AppError } from '@attune/errors';
import type { Csr } from './csr';
import { checkOrdered, fillSparse, MemoryPlan, planSparse } from './item-item-memory';
import { ItemItemTeam } from './item-item-team';

/** Which neighbours to look for. */
export interface NearestItemsRequest {
  /** [users x itemCount]: left(user, item), entries of a row in ascending order, positive. */
  readonly matrix: Csr;
  readonly itemCount: number;
  /** [entries]: right(user, item) where it differs from left. Positive. */
  readonly right?: Float32Array;
  /** [itemCount]: what similarities are divided by, for each of the two items. Positive. */
  readonly norms: Float32Array;
  /** Added to the product of the norms: takes similarity from pairs that few users support. */
  readonly shrink: number;
  /** How many neighbours of an item are kept. */
  readonly k: number;
  readonly threads: number;
  readonly signal?: AbortSignal;
}

/**
 * For every item i the k items j, other than itself, with the largest sum over users of left(u, i) right(u, j), divided by
 * norms[i] norms[j] + shrink; best first, among equals the lower index first. Items without a common user are no neighbours.
 * Sums are kept for one item at a time: no more memory is needed than for the entries and the answer.
 */
export async function nearestItems(request: NearestItemsRequest): Promise<Csr> {
  const { matrix, itemCount, right, norms, shrink, threads, signal } = request;
  checkOrdered(matrix, itemCount, 'users');
  checkNumbers(request);
  const k = Math.min(request.k, Math.max(1, itemCount - 1));
  const plan = new MemoryPlan();
  const sparse = planSparse(plan, matrix, itemCount, right !== undefined);
  const [normsAt, outItems, outScores] = [itemCount, itemCount * k, itemCount * k].map((n) => plan.take(n * 4)) as [
    number,
    number,
    number,
  ];
  await using team = new ItemItemTeam({ plan, threads, sparse, signal });
  const { buffer } = team.memory;
  fillSparse(buffer, sparse, matrix, right);
  new Float32Array(buffer, normsAt, itemCount).set(norms);
  await team.run({ kind: 'nearest', k, shrink, norms: normsAt, outItems, outScores });
  return compact(
    new Int32Array(buffer, outItems, itemCount * k),
    new Float32Array(buffer, outScores, itemCount * k),
    k,
  );
}

function checkNumbers({ matrix, itemCount, right, norms, shrink, k }: NearestItemsRequest): void {
  const isPositive = (value: number) => value > 0 && value < Number.POSITIVE_INFINITY;
  if (!Number.isInteger(k) || k < 1) throw new AppError('invalid.settings', `${k} neighbours cannot be kept`);
  if (!(shrink >= 0 && shrink < Number.POSITIVE_INFINITY))
    throw new AppError('invalid.settings', `shrink is ${shrink}`);
  if (norms.length !== itemCount || !norms.every(isPositive)) {
    throw new AppError('invalid.matrix', 'every item needs a positive norm');
  }
  if (right !== undefined && (right.length !== matrix.values.length || !right.every(isPositive))) {
    throw new AppError('invalid.matrix', 'every entry needs a positive second value');
  }
}

/** Drops the unused places of rows of k. */
function compact(items: Int32Array, scores: Float32Array, k: number): Csr {
  const rowCount = items.length / k;
  const offsets = new Int32Array(rowCount + 1);
  const isUsed = (at: number) => items[at]! >= 0;
  let used = 0;
  for (let row = 0; row < rowCount; row++) {
    for (let at = row * k; at < (row + 1) * k && isUsed(at); at++) used++;
    offsets[row + 1] = used;
  }
  const indices = new Int32Array(used);
  const values = new Float32Array(used);
  for (let row = 0; row < rowCount; row++) {
    const [to, count] = [offsets[row]!, offsets[row + 1]! - offsets[row]!];
    indices.set(items.subarray(row * k, row * k + count), to);
    values.set(scores.subarray(row * k, row * k + count), to);
  }
  return { rowCount, offsets, indices, values };
}
