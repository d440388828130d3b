import { AppError, type FieldViolation } from '@attune/errors';
import { type Row, readRows } from '../import/read-rows';
import { UnitTable } from './unit-table';

/** More variants than these are a wrong column. */
const MOST_VARIANTS = 50;
/** As many bad rows are told before reading stops. */
const MOST_VIOLATIONS = 10;

/** What a file of an experiment holds, by unit. */
export interface ExperimentFile {
  /** In the order in which they were seen; a unit's variant is a position here. */
  readonly variants: readonly string[];
  /** Rows per variant. */
  readonly rows: readonly number[];
  readonly table: UnitTable;
  readonly hasCovariate: boolean;
  /** Whether all values are 0 or 1. */
  readonly isBinary: boolean;
}

/** Where the columns are. */
interface Columns {
  readonly variant: number;
  readonly unit: number;
  readonly value: number;
  /** -1 where there is none. */
  readonly covariate: number;
}

/**
 * Reads `variant,unit,value[,covariate]` row by row; columns are found by their names, others are left alone. A file that ends in .tsv has
 * tabs. Throws `invalid.file` with the lines of the first bad rows.
 */
export async function readExperimentFile(path: string, signal: AbortSignal): Promise<ExperimentFile> {
  const isTsv = /\.tsv(\.gz)?$/i.test(path);
  const reader = new Reader();
  const rows = readRows({ path, format: isTsv ? 'tsv' : 'csv', delimiter: isTsv ? '\t' : ',', signal });
  for await (const chunk of rows) for (const row of chunk) reader.take(row);
  return reader.finish(path);
}

class Reader {
  readonly #table = new UnitTable();
  readonly #variants = new Map<string, number>();
  readonly #rows: number[] = [];
  readonly #violations: FieldViolation[] = [];
  #columns: Columns | undefined;
  #isBinary = true;

  take(row: Row): void {
    if (!('cells' in row))
      this.#refuse(row.line, 'problem' in row ? `cannot be read: ${row.problem}` : 'is no row of cells');
    else if (this.#columns === undefined) this.#columns = columnsOf(row.cells);
    else this.#add(row.line, row.cells, this.#columns);
  }

  finish(path: string): ExperimentFile {
    if (this.#columns === undefined) throw new AppError('invalid.file', `"${path}" is empty: it needs ${WANTED}`);
    if (this.#violations.length > 0) throw badRows(this.#violations);
    if (this.#rows.length === 0) throw new AppError('invalid.file', `"${path}" has a header and no rows`);
    return {
      variants: [...this.#variants.keys()],
      rows: this.#rows,
      table: this.#table,
      hasCovariate: this.#columns.covariate >= 0,
      isBinary: this.#isBinary,
    };
  }

  #add(line: number, cells: readonly string[], columns: Columns): void {
    const parsed = parseCells(cells, columns);
    if (typeof parsed === 'string') {
      this.#refuse(line, parsed);
      return;
    }
    const { unit, value, covariate } = parsed;
    const variant = this.#positionOf(parsed.variant, line);
    this.#rows[variant]!++;
    if (value !== 0 && value !== 1) this.#isBinary = false;
    this.#table.add(unit, { variant, value, covariate });
  }

  #positionOf(variant: string, line: number): number {
    const known = this.#variants.get(variant);
    if (known !== undefined) return known;
    const position = this.#variants.size;
    if (position === MOST_VARIANTS) {
      throw new AppError(
        'invalid.file',
        `line ${line} has the variant number ${MOST_VARIANTS + 1}: is "variant" the right column?`,
      );
    }
    this.#variants.set(variant, position);
    this.#rows.push(0);
    return position;
  }

  #refuse(line: number, description: string): void {
    this.#violations.push({ field: `line ${line}`, description });
    if (this.#violations.length === MOST_VIOLATIONS) throw badRows(this.#violations);
  }
}

const WANTED = 'a header with the columns variant, unit, value and, if there is one, covariate';

function columnsOf(header: readonly string[]): Columns {
  const names = header.map((name) => name.trim().toLowerCase());
  const missing = ['variant', 'unit', 'value'].filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new AppError('invalid.file', `line 1 lacks the columns ${missing.join(', ')}: the file needs ${WANTED}`, {
      violations: missing.map((field) => ({ field, description: 'is no column of line 1' })),
    });
  }
  const [variant, unit, value, covariate] = ['variant', 'unit', 'value', 'covariate'].map((name) =>
    names.indexOf(name),
  );
  return { variant: variant!, unit: unit!, value: value!, covariate: covariate! };
}

/** What a row says, or in a text what is wrong with it. */
function parseCells(cells: readonly string[], columns: Columns) {
  const textOf = (column: number) => cells[column]?.trim() ?? '';
  const [variant, unit] = [textOf(columns.variant), textOf(columns.unit)];
  if (variant === '') return 'has no variant';
  if (unit === '') return 'has no unit';
  const value = numberOf(textOf(columns.value));
  if (value === undefined) return `has the value "${textOf(columns.value)}", which is no finite number`;
  const covariateText = columns.covariate < 0 ? '' : textOf(columns.covariate);
  const covariate = covariateText === '' ? Number.NaN : numberOf(covariateText);
  if (covariate === undefined) return `has the covariate "${covariateText}", which is no finite number`;
  return { variant, unit, value, covariate };
}

function numberOf(text: string): number | undefined {
  const number = Number(text);
  return text !== '' && Number.isFinite(number) ? number : undefined;
}

function badRows(violations: readonly FieldViolation[]): AppError {
  const { field, description } = violations[0]!;
  const more = violations.length > 1 ? `, and ${violations.length - 1} lines like it or worse` : '';
  return new AppError('invalid.file', `${field} ${description}${more}: correct or remove these rows`, { violations });
}
