/** Why a value is missing, as the contracts number it; 0 is a value that is there. */
export type MissingCode = number;

/** One feature of the user as it was read. */
export interface UserFeature {
  readonly name: string;
  /** Undefined where there is none: `missing` says why. */
  readonly value: number | string | readonly number[] | readonly ScoredName[] | undefined;
  readonly missing: MissingCode;
  /** Milliseconds since 1970; undefined where nothing was observed. */
  readonly updatedAtMs: number | undefined;
}

/** A name with its score, best first in a list. */
export interface ScoredName {
  readonly name: string;
  readonly score: number;
}

/** Features of many items for one user, read at one moment. */
export interface FeatureTable {
  readonly names: readonly string[];
  readonly rowCount: number;
  /** [rowCount x names.length]; NaN where missing. */
  readonly values: Float64Array;
  /** [rowCount x names.length]; empty where nothing is missing. */
  readonly missing: Uint8Array;
  /** [rowCount], milliseconds since 1970; NaN where nothing was observed. */
  readonly updatedAtMs: Float64Array;
  readonly readAtMs: number;
}

/** What one read of features gave. */
export interface ReadFeatures {
  readonly user: readonly UserFeature[];
  /** A row per item, in the order of the question. */
  readonly items: FeatureTable;
}

/** The column of a feature; -1 where the table does not have it. */
export function columnOf({ names }: FeatureTable, name: string): number {
  return names.indexOf(name);
}

/** Stands in `missing` for a value that nobody read, for instance of an item that was not ranked. */
export const NOT_READ: MissingCode = 255;

/** The rows of a table in another order, or some of them; -1 stands for an item of which nothing was read. */
export function rowsOf(table: FeatureTable, rows: readonly number[]): FeatureTable {
  const width = table.names.length;
  const values = new Float64Array(rows.length * width);
  const isWhole = table.missing.length === 0 && !rows.includes(-1);
  const missing = new Uint8Array(isWhole ? 0 : values.length);
  const updatedAtMs = new Float64Array(rows.length);
  rows.forEach((row, to) => {
    const [first, last] = [to * width, (to + 1) * width];
    updatedAtMs[to] = row < 0 ? Number.NaN : table.updatedAtMs[row]!;
    if (row < 0) {
      values.fill(Number.NaN, first, last);
      missing.fill(NOT_READ, first, last);
      return;
    }
    values.set(table.values.subarray(row * width, (row + 1) * width), first);
    if (table.missing.length > 0) missing.set(table.missing.subarray(row * width, (row + 1) * width), first);
  });
  return { ...table, rowCount: rows.length, values, missing, updatedAtMs };
}

/** A table without rows. */
export function emptyTable(names: readonly string[]): FeatureTable {
  const nothing = { values: new Float64Array(0), missing: new Uint8Array(0), updatedAtMs: new Float64Array(0) };
  return { names, rowCount: 0, ...nothing, readAtMs: Number.NaN };
}

/** The rows of several tables of the same columns one after the other, as of the earliest of their moments. */
export function joinTables(tables: readonly FeatureTable[]): FeatureTable {
  const { names } = tables[0]!;
  const rowCount = tables.reduce((sum, table) => sum + table.rowCount, 0);
  const values = new Float64Array(rowCount * names.length);
  const missing = new Uint8Array(tables.some((table) => table.missing.length > 0) ? values.length : 0);
  const updatedAtMs = new Float64Array(rowCount);
  let row = 0;
  for (const table of tables) {
    values.set(table.values, row * names.length);
    missing.set(table.missing, missing.length === 0 ? 0 : row * names.length);
    updatedAtMs.set(table.updatedAtMs, row);
    row += table.rowCount;
  }
  return { names, rowCount, values, missing, updatedAtMs, readAtMs: Math.min(...tables.map((one) => one.readAtMs)) };
}
