import { AppError } from '@attune/errors';
import type { ItemContent } from './read-items';

/** Interactions by column: row r says what user `users[userIndex[r]]`, a keyed hash, did with item `items[itemIndex[r]]`. */
export interface InteractionTable {
  readonly users: readonly string[];
  readonly items: readonly string[];
  readonly userIndex: Int32Array;
  readonly itemIndex: Int32Array;
  /** Positions in `types`. */
  readonly type: Uint8Array;
  readonly types: readonly string[];
  /** The interaction's own value, such as stars; NaN where it has none. */
  readonly value: Float32Array;
  readonly timeMs: Float64Array;
}

/** How strongly an interaction of a type, with its value if it has one, speaks for (or, negative, against) its item. */
export type StrengthOf = (type: string, value?: number) => number;

/** What trainers tell while they work; `fraction` runs from 0 to 1. */
export type OnProgress = (progress: {
  readonly fraction: number;
  readonly phase: string;
  readonly metrics?: Readonly<Record<string, number>>;
}) => void;

/** The strength of every row. */
export function strengthsOf(table: InteractionTable, strengthOf: StrengthOf): Float32Array {
  const plain = table.types.map((type) => strengthOf(type));
  const strengths = new Float32Array(table.type.length);
  for (let row = 0; row < strengths.length; row++) {
    const type = table.type[row]!;
    const value = table.value[row]!;
    strengths[row] = Number.isNaN(value) ? plain[type]! : strengthOf(table.types[type]!, value);
  }
  return strengths;
}

/** Throws a `failed_precondition.dataset_*` that says why nothing can be learned from a table, or `invalid.dataset`. */
export function checkTable(table: InteractionTable): void {
  const rows = table.userIndex.length;
  for (const column of ['itemIndex', 'type', 'value', 'timeMs'] as const) {
    if (table[column].length !== rows) {
      throw new AppError('invalid.dataset', `column ${column} has ${table[column].length} of ${rows} rows`);
    }
  }
  if (rows === 0) throw new AppError('failed_precondition.dataset_empty', 'the dataset has no interactions');
  checkIndices(table.userIndex, table.users.length, 'user');
  checkIndices(table.itemIndex, table.items.length, 'item');
  checkIndices(table.type, table.types.length, 'type');
  const strange = table.timeMs.findIndex((time) => !Number.isFinite(time));
  if (strange >= 0) throw new AppError('invalid.dataset', `row ${strange} has no time`);
  // NaN stands for no value
  const infinite = table.value.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY);
  if (infinite >= 0) throw new AppError('invalid.dataset', `row ${infinite} has an infinite value`);
}

function checkIndices(indices: Int32Array | Uint8Array, count: number, what: string): void {
  const outside = indices.findIndex((index) => index < 0 || index >= count);
  if (outside >= 0)
    throw new AppError('invalid.dataset', `row ${outside} names ${what} ${indices[outside]} of ${count}`);
}

/** Row numbers from the oldest to the newest; rows of the same time keep their order. */
export function rowsByTime({ timeMs }: InteractionTable): Uint32Array {
  const order = Uint32Array.from(timeMs, (_, row) => row);
  const isSorted = timeMs.every((time, row) => row === 0 || timeMs[row - 1]! <= time);
  return isSorted ? order : order.sort((a, b) => timeMs[a]! - timeMs[b]! || a - b);
}

/** The rows for which `keep` is true; users and items keep their indices. */
export function keepRows(table: InteractionTable, keep: (row: number) => boolean): InteractionTable {
  const rows = Uint32Array.from(table.timeMs.keys()).filter(keep);
  return {
    ...table,
    userIndex: Int32Array.from(rows, (row) => table.userIndex[row]!),
    itemIndex: Int32Array.from(rows, (row) => table.itemIndex[row]!),
    type: Uint8Array.from(rows, (row) => table.type[row]!),
    value: Float32Array.from(rows, (row) => table.value[row]!),
    timeMs: Float64Array.from(rows, (row) => table.timeMs[row]!),
  };
}

/** A data set as it was read: what happened, and what stands beside it. */
export interface TrainingSetTables {
  readonly table: InteractionTable;
  /** By item id. */
  readonly items: ReadonlyMap<string, ItemContent>;
  /** Pairs of user keys: who follows whom. */
  readonly follows: readonly (readonly [follower: string, followee: string])[];
}
