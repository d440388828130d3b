import { AppError } from '@attune/errors';
import { checkTable, type InteractionTable } from '@attune/interactions';
import type { ObjectStore } from '@attune/object-store';
import type { ColumnData } from 'hyparquet';
import { readParquet } from './read-parquet';

const COLUMNS = ['user_key', 'item_id', 'type', 'value', 'occurred_at'] as const;

/**
 * Reads the Parquet files of a training set, file by file and row group by row group, into columns of numbers: ids and types become
 * positions in lists, so that memory per row is a few bytes, whatever the length of the ids. `rowCount` is what the data set says.
 */
export async function readInteractionTable(
  objectStore: Pick<ObjectStore, 'get'>,
  objectKeys: readonly string[],
  rowCount: number,
): Promise<InteractionTable> {
  const columns = new Columns(rowCount);
  let offset = 0;
  for (const key of objectKeys) {
    offset += await readParquet(objectStore, key, COLUMNS, (chunk, rows) => {
      if (offset + rows > rowCount) throw wrongRowCount(rowCount);
      columns.add(chunk, offset);
    });
  }
  if (offset !== rowCount) throw wrongRowCount(rowCount);
  const table = columns.table();
  checkTable(table);
  return table;
}

function wrongRowCount(rowCount: number): AppError {
  return new AppError('data_loss.dataset', `the files of the training set do not have its ${rowCount} rows`);
}

class Columns {
  readonly #users = new Positions();
  readonly #items = new Positions();
  readonly #types = new Positions();
  readonly #userIndex: Int32Array;
  readonly #itemIndex: Int32Array;
  readonly #type: Uint8Array;
  readonly #value: Float32Array;
  readonly #timeMs: Float64Array;

  constructor(rowCount: number) {
    this.#userIndex = new Int32Array(rowCount);
    this.#itemIndex = new Int32Array(rowCount);
    this.#type = new Uint8Array(rowCount);
    this.#value = new Float32Array(rowCount).fill(Number.NaN);
    this.#timeMs = new Float64Array(rowCount).fill(Number.NaN);
  }

  add({ columnName, columnData, rowStart }: ColumnData, offset: number): void {
    const begin = offset + rowStart;
    for (let i = 0; i < columnData.length; i++) this.#set(columnName, begin + i, columnData[i]);
  }

  table(): InteractionTable {
    return {
      users: this.#users.values,
      items: this.#items.values,
      types: this.#types.values,
      userIndex: this.#userIndex,
      itemIndex: this.#itemIndex,
      type: this.#type,
      value: this.#value,
      timeMs: this.#timeMs,
    };
  }

  #set(column: string, row: number, cell: unknown): void {
    if (column === 'user_key') this.#userIndex[row] = this.#users.of(String(cell));
    else if (column === 'item_id') this.#itemIndex[row] = this.#items.of(String(cell));
    else if (column === 'type') this.#type[row] = this.#types.of(String(cell));
    else if (column === 'value') this.#value[row] = cell === null || cell === undefined ? Number.NaN : Number(cell);
    else if (column === 'occurred_at') this.#timeMs[row] = cell instanceof Date ? cell.getTime() : Number(cell);
  }
}

/** Distinct texts in the order of their first appearance, by position. */
class Positions {
  readonly values: string[] = [];
  readonly #byValue = new Map<string, number>();

  of(value: string): number {
    let position = this.#byValue.get(value);
    if (position === undefined) {
      position = this.values.length;
      this.#byValue.set(value, position);
      this.values.push(value);
    }
    return position;
  }
}
