import { AppError, type FieldViolation } from '@attune/errors';
import { type ReadOptions, type Row, readBeginning, readRows } from '../import/read-rows';
import { ColumnValues } from './column-values';

/** A file with a larger share of rows that cannot be read is refused. */
const MOST_BAD_SHARE = 0.01;
/** As many bad rows are named. */
const MOST_VIOLATIONS = 10;
const MOST_COLUMNS = 2_000;

/** A file by columns. */
export interface ColumnFile {
  readonly path: string;
  readonly rowCount: number;
  /** By name, in the order of the header. */
  readonly columns: ReadonlyMap<string, ColumnValues>;
  /** Rows that could not be read and were left out. */
  readonly skippedRows: number;
  readonly warnings: readonly string[];
}

/** Where columns may put what does not fit into memory. */
export interface Scratch {
  readonly folder: string;
  /** Part of the names of files. */
  readonly name: string;
}

/**
 * Reads a file with a header, every column of it. A row that has not as many cells as the header is left out and counted. Throws
 * `invalid.file` for a file without rows, for names that occur twice, and where more than 1 % of the rows cannot be read.
 */
export async function readColumns(path: string, scratch: Scratch, signal: AbortSignal): Promise<ColumnFile> {
  const reader = new Reader(path, scratch);
  for await (const rows of readRows({ ...(await layoutOf(path)), path, signal }))
    for (const row of rows) reader.take(row);
  return reader.finish();
}

/** Commas, unless the header has none and something else that separates. */
async function layoutOf(path: string): Promise<Pick<ReadOptions, 'format' | 'delimiter'>> {
  const [header = ''] = (await readBeginning(path)).toString('latin1').split(/\r?\n/);
  const delimiter = /\.tsv(\.gz)?$/i.test(path)
    ? '\t'
    : ([',', '\t', ';', '|'].find((mark) => header.includes(mark)) ?? ',');
  return { format: delimiter === '\t' ? 'tsv' : 'csv', delimiter };
}

class Reader {
  readonly #path: string;
  readonly #scratch: Scratch;
  readonly #columns = new Map<string, ColumnValues>();
  readonly #violations: FieldViolation[] = [];
  #inOrder: ColumnValues[] | undefined;
  #rowCount = 0;
  #skippedRows = 0;
  #looksLikeValues = false;

  constructor(path: string, scratch: Scratch) {
    this.#path = path;
    this.#scratch = scratch;
  }

  take(row: Row): void {
    if (!('cells' in row))
      this.#skip(row.line, 'problem' in row ? `cannot be read: ${row.problem}` : 'is no row of cells');
    else if (this.#inOrder === undefined) this.#inOrder = this.#begin(row.cells);
    else if (row.cells.length === this.#inOrder.length) {
      this.#rowCount++;
      for (let at = 0; at < row.cells.length; at++) this.#inOrder[at]!.add(row.cells[at]!);
    } else this.#skip(row.line, `has ${row.cells.length} cells instead of ${this.#inOrder.length}`);
  }

  finish(): ColumnFile {
    const [path, skippedRows] = [this.#path, this.#skippedRows];
    if (skippedRows > MOST_BAD_SHARE * (this.#rowCount + skippedRows)) throw this.#badRows();
    if (this.#inOrder === undefined)
      throw new AppError('invalid.file', `"${path}" is empty: it needs a header and rows`);
    if (this.#rowCount === 0) throw new AppError('invalid.file', `"${path}" has a header and no rows`);
    const { field, description } = this.#violations[0] ?? {};
    const warnings = [
      ...(skippedRows > 0
        ? [`${skippedRows} rows of "${path}" were left out; the first: ${field} ${description}`]
        : []),
      ...(this.#looksLikeValues
        ? [`line 1 of "${path}" has numbers only and was taken for the names of columns: does the file lack a header?`]
        : []),
    ];
    return { path, rowCount: this.#rowCount, columns: this.#columns, skippedRows, warnings };
  }

  #begin(header: readonly string[]): ColumnValues[] {
    const names = header.map((name, at) => (name.trim() === '' ? `column ${at + 1}` : name.trim()));
    const twice = [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
    if (twice.length > 0) {
      throw new AppError('invalid.file', `line 1 of "${this.#path}" names columns twice: ${twice.join(', ')}`, {
        violations: twice.map((field) => ({ field, description: 'occurs more than once in line 1' })),
      });
    }
    if (names.length > MOST_COLUMNS) {
      throw new AppError(
        'invalid.file',
        `"${this.#path}" has ${names.length} columns; at most ${MOST_COLUMNS} are compared`,
      );
    }
    this.#looksLikeValues = header.every((name) => name.trim() !== '' && Number.isFinite(Number(name)));
    return names.map((name, at) => {
      const values = new ColumnValues(this.#scratch.folder, `${this.#scratch.name}-${at}`);
      this.#columns.set(name, values);
      return values;
    });
  }

  #skip(line: number, description: string): void {
    this.#skippedRows++;
    if (this.#violations.length < MOST_VIOLATIONS) this.#violations.push({ field: `line ${line}`, description });
  }

  #badRows(): AppError {
    const { field, description } = this.#violations[0]!;
    const rows = `${this.#skippedRows} of ${this.#rowCount + this.#skippedRows} rows of "${this.#path}" cannot be read`;
    return new AppError('invalid.file', `${rows}; the first, ${field}, ${description}: correct or remove them`, {
      violations: this.#violations,
    });
  }
}
