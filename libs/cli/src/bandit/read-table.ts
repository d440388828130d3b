import { AppError, type FieldViolation } from '@attune/errors';
import { type Row, readRows } from '../import/read-rows';

/** As many bad rows are told before reading stops. */
const MOST_VIOLATIONS = 10;

/** Which columns of a file are wanted. */
export interface TableOptions {
  readonly path: string;
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly signal: AbortSignal;
}

/** Takes the wanted cells of a row, trimmed, required ones first; undefined for a column that is not there. Answers what is wrong with it. */
export type TakeCells = (cells: readonly (string | undefined)[]) => string | undefined;

/**
 * Reads a file with a header row by row; columns are found by their names, whatever their order. A file that ends in .tsv has tabs, gzip
 * is unpacked. Throws `invalid.file` for missing columns, for no rows, and with the lines of the first bad ones.
 */
export async function readTable(options: TableOptions, take: TakeCells): Promise<void> {
  const { path, signal } = options;
  const isTsv = /\.tsv(\.gz)?$/i.test(path);
  const violations: FieldViolation[] = [];
  let [columns, rowCount]: [readonly number[] | undefined, number] = [undefined, 0];
  for await (const rows of readRows({ path, format: isTsv ? 'tsv' : 'csv', delimiter: isTsv ? '\t' : ',', signal })) {
    for (const row of rows) {
      if (columns === undefined && 'cells' in row) {
        columns = columnsOf(row.cells, options);
        continue;
      }
      rowCount++;
      const problem = takeRow(row, columns ?? [], take);
      if (problem === undefined) continue;
      violations.push({ field: `line ${row.line}`, description: problem });
      if (violations.length === MOST_VIOLATIONS) throw badRows(path, violations);
    }
  }
  if (violations.length > 0) throw badRows(path, violations);
  const wanted = `a header with the columns ${options.required.join(', ')}`;
  if (columns === undefined) throw new AppError('invalid.file', `"${path}" is empty: it needs ${wanted}`);
  if (rowCount === 0) throw new AppError('invalid.file', `"${path}" has a header and no rows`);
}

/** A finite number, or undefined. */
export function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

function takeRow(row: Row, columns: readonly number[], take: TakeCells): string | undefined {
  if (!('cells' in row)) return 'problem' in row ? `cannot be read: ${row.problem}` : 'is no row of cells';
  const { cells } = row;
  return take(columns.map((column) => (column < 0 ? undefined : (cells[column]?.trim() ?? ''))));
}

/** Where the wanted columns are; -1 for optional ones that are not there. */
function columnsOf(header: readonly string[], { path, required, optional }: TableOptions): readonly number[] {
  const names = header.map((name) => name.trim().toLowerCase());
  const missing = required.filter((name) => !names.includes(name.toLowerCase()));
  if (missing.length === 0) return [...required, ...optional].map((name) => names.indexOf(name.toLowerCase()));
  throw new AppError('invalid.file', `line 1 of "${path}" lacks the columns ${missing.join(', ')}`, {
    violations: missing.map((field) => ({ field, description: 'is no column of line 1' })),
  });
}

function badRows(path: string, violations: readonly FieldViolation[]): AppError {
  const { field, description } = violations[0]!;
  const more = violations.length > 1 ? `, and ${violations.length - 1} more lines are wrong` : '';
  return new AppError('invalid.file', `${field} of "${path}" ${description}${more}: correct or remove these rows`, {
    violations,
  });
}
