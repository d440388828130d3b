import { AppError } from '@attune/errors';

/** A sparse matrix by rows: row r has the columns `indices[offsets[r] .. offsets[r + 1]]` with the weights in `values`. */
export interface Csr {
  readonly rowCount: number;
  /** [rowCount + 1], ascending, first 0. */
  readonly offsets: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** Entries of a sparse matrix in any order: entry e is (rows[e], columns[e]) with the weight values[e], or 1 where there are no values. */
export interface SparseEntries {
  readonly rowCount: number;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly values?: Float32Array;
}

/** Sorts entries by row (a counting sort, stable, O(entries)). */
export function buildCsr({ rowCount, rows, columns, values }: SparseEntries): Csr {
  const offsets = new Int32Array(rowCount + 1);
  for (const row of rows) {
    if (row < 0 || row >= rowCount) throw new AppError('invalid.matrix', `row ${row} is outside 0..${rowCount - 1}`);
    offsets[row + 1]!++;
  }
  for (let row = 0; row < rowCount; row++) offsets[row + 1]! += offsets[row]!;
  const next = offsets.slice(0, rowCount);
  const indices = new Int32Array(rows.length);
  const weights = new Float32Array(rows.length);
  for (let e = 0; e < rows.length; e++) {
    const to = next[rows[e]!]!++;
    indices[to] = columns[e]!;
    weights[to] = values === undefined ? 1 : values[e]!;
  }
  return { rowCount, offsets, indices, values: weights };
}

/** The same matrix by columns. */
export function transposeCsr(matrix: Csr, columnCount: number): Csr {
  const columns = new Int32Array(matrix.indices.length);
  for (let row = 0; row < matrix.rowCount; row++) columns.fill(row, matrix.offsets[row]!, matrix.offsets[row + 1]!);
  return buildCsr({ rowCount: columnCount, rows: matrix.indices, columns, values: matrix.values });
}

/** What a matrix's weights may be: above 0, or anything but 0. */
export type WeightSigns = 'positive' | 'signed';

/** Throws `invalid.matrix` unless offsets, indices and weights are consistent, weights finite and of the signs that are allowed. */
export function checkCsr(matrix: Csr, columnCount: number, name: string, signs: WeightSigns = 'positive'): void {
  const fail = (problem: string): never => {
    throw new AppError('invalid.matrix', `the matrix of ${name} ${problem}`);
  };
  const { rowCount, offsets, indices, values } = matrix;
  if (offsets.length !== rowCount + 1 || offsets[0] !== 0) fail(`has ${offsets.length} offsets for ${rowCount} rows`);
  if (offsets[rowCount] !== indices.length) fail(`ends at ${offsets[rowCount]} but has ${indices.length} entries`);
  if (indices.length !== values.length) fail(`has ${indices.length} indices but ${values.length} weights`);
  for (let row = 0; row < rowCount; row++) {
    if (offsets[row + 1]! < offsets[row]!) fail(`has a negative length in row ${row}`);
  }
  for (let e = 0; e < indices.length; e++) {
    if (indices[e]! < 0 || indices[e]! >= columnCount) fail(`names column ${indices[e]} of ${columnCount}`);
    if (!isWeight(values[e]!, signs)) fail(`has the weight ${values[e]} at entry ${e}`);
  }
}

/** Whether a number may stand as a weight. */
export function isWeight(value: number, signs: WeightSigns): boolean {
  return Number.isFinite(value) && (signs === 'signed' ? value !== 0 : value > 0);
}
