import type { Csr } from './csr';
import { DenseRows } from './dense-rows';
import { checkOrdered, type DenseLayout, fillSparse, MemoryPlan, planDense, planSparse } from './item-item-memory';
import { diagonalOf, ItemItemTeam } from './item-item-team';

/** What to invert: matrix^T matrix + diag(ridge). */
export interface RidgeRequest {
  /** [rows x columnCount], entries of a row in ascending order. */
  readonly matrix: Csr;
  readonly columnCount: number;
  /** What is added to the diagonal, by column: given how much is there already. Positive. */
  readonly ridge: (diagonal: number, column: number) => number;
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onFraction?: (fraction: number) => void;
}

/**
 * (X^T X + Lambda)^-1 as a whole matrix, in float32 with pivots in float64. Equal input gives equal bytes for any number of threads.
 * Rejects with `exhausted.memory`, `internal.diverged`, `cancelled.kernel`.
 */
export async function ridgeInverse(request: RidgeRequest): Promise<{
  readonly inverse: DenseRows;
  /** The diagonal of the inverse. */
  readonly diagonal: Float32Array<ArrayBuffer>;
}> {
  const { memory, layout, diagonal } = await invert(request, 'mirror');
  return { inverse: new DenseRows(memory, layout), diagonal };
}

/**
 * EASE (Steck 2019, "Embarrassingly shallow autoencoders for sparse data", equations 6 to 8): B = I - P diag(1 / diag P) with
 * P = (X^T X + Lambda)^-1, the item-item weights that minimize |X - X B|^2 + |Lambda^1/2 B|^2 with a diagonal of zeros. Row i of the answer has
 * what an interaction with item i adds to the score of every item.
 */
export async function easeWeights(request: RidgeRequest): Promise<DenseRows> {
  const { memory, layout } = await invert(request, 'weights');
  return new DenseRows(memory, layout);
}

async function invert(request: RidgeRequest, last: 'mirror' | 'weights') {
  const { matrix, columnCount, ridge, threads, signal, onFraction } = request;
  checkOrdered(matrix, columnCount, 'users');
  const plan = new MemoryPlan();
  const sparse = planSparse(plan, matrix, columnCount, false);
  const layout: DenseLayout = planDense(plan, columnCount);
  await using team = new ItemItemTeam({ plan, threads, sparse, dense: layout, signal });
  const { buffer } = team.memory;
  fillSparse(buffer, sparse, matrix);
  await team.run({ kind: 'gram' });
  const at = diagonalOf(buffer, layout);
  for (let c = 0; c < layout.padded; c++) at.set(c, c < columnCount ? at.get(c) + ridge(at.get(c), c) : 1);
  await team.invert(layout, onFraction);
  const diagonal = Float32Array.from({ length: columnCount }, (_, c) => -at.get(c));
  new Float32Array(buffer, layout.diagonal, columnCount).set(diagonal);
  await team.run({ kind: last });
  return { memory: team.memory, layout, diagonal };
}
