import { AppError } from '@attune/errors';
import { type Csr, checkCsr, transposeCsr } from './csr';
import { DenseRows } from './dense-rows';
import { fillCsr, MemoryPlan, planCsr, planRows, type RowsLayout } from './item-item-memory';
import { ItemItemTeam } from './item-item-team';
import { orthonormalizeRows } from './orthonormalize-rows';
import { seededNormal } from './seeded-normal';

/** Which subspace to find. */
export interface DominantSubspaceRequest {
  /** A: [rows x columnCount]. */
  readonly matrix: Csr;
  readonly columnCount: number;
  /** Dimensions; raised to a multiple of 8. Where there are fewer columns, the others are zeros. */
  readonly rank: number;
  /** How often A^T A is applied: more of them cut more sharply after `rank` dimensions. */
  readonly iterations: number;
  readonly seed: number;
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onFraction?: (fraction: number) => void;
}

/** An orthonormal basis Q of a subspace of columns. */
export interface DominantSubspace {
  readonly rank: number;
  /** Q: [columnCount x rank]. */
  readonly basis: Float32Array<ArrayBuffer>;
  /** Q^T: sums of its rows are products with it. */
  readonly transposed: DenseRows;
}

/**
 * The subspace of the `rank` largest singular values of A, by iterating A^T A on a random block (subspace iteration; Halko et al.
 * 2011, algorithm 4.4): Q Q^T is the projection that a truncated singular value decomposition V V^T gives, but for directions
 * whose singular values lie close to the cut. The same seed gives the same bytes for any number of threads.
 */
export async function dominantSubspace(request: DominantSubspaceRequest): Promise<DominantSubspace> {
  const { matrix, columnCount, iterations, seed, threads, signal, onFraction } = request;
  checkCsr(matrix, columnCount, 'users');
  if (!Number.isInteger(request.rank) || request.rank < 1 || !Number.isInteger(iterations) || iterations < 1) {
    throw new AppError('invalid.settings', 'rank and iterations are whole numbers from 1');
  }
  const rank = Math.ceil(Math.min(request.rank, columnCount) / 8) * 8;
  const columns = transposeCsr(matrix, columnCount);
  const plan = new MemoryPlan();
  const [byRow, byColumn] = [planCsr(plan, matrix), planCsr(plan, columns)];
  const [basisAt, imageAt] = [plan.take(columnCount * rank * 4), plan.take(matrix.rowCount * rank * 4)];
  const layout = planRows(plan, rank, columnCount);
  await using team = new ItemItemTeam({ plan, threads, signal });
  const { buffer } = team.memory;
  fillCsr(buffer, byRow, matrix);
  fillCsr(buffer, byColumn, columns);
  const basis = new Float32Array(buffer, basisAt, columnCount * rank);
  const normal = seededNormal(seed);
  for (let at = 0; at < basis.length; at++) basis[at] = normal();
  orthonormalizeRows(basis, rank, 1);
  for (let iteration = 1; iteration <= iterations; iteration++) {
    await team.run({ kind: 'multiply', matrix: byRow, rank, from: basisAt, to: imageAt });
    await team.run({ kind: 'multiply', matrix: byColumn, rank, from: imageAt, to: basisAt });
    // in between it is enough that directions stay apart
    orthonormalizeRows(basis, rank, iteration === iterations ? 2 : 1);
    onFraction?.(iteration / iterations);
  }
  transposeInto(buffer, layout, basis, rank);
  return { rank, basis: new Float32Array(basis), transposed: new DenseRows(team.memory, layout) };
}

function transposeInto(buffer: ArrayBufferLike, layout: RowsLayout, basis: Float32Array, rank: number): void {
  const { matrix, stride, size } = layout;
  for (let c = 0; c < rank; c++) {
    const row = new Float32Array(buffer, matrix + c * stride, size);
    for (let column = 0; column < size; column++) row[column] = basis[column * rank + c]!;
  }
}
