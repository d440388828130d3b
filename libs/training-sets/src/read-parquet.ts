import { AppError, isAppError } from '@attune/errors';
import type { ObjectStore } from '@attune/object-store';
import { type ColumnData, parquetMetadata, parquetRead, parquetReadObjects } from 'hyparquet';

/** Looked at to see what a column of texts holds. */
const FIRST_ROWS = 200;

/** Reads columns of one Parquet file in the object store, row group by row group; returns how many rows it has. */
export async function readParquet(
  objectStore: Pick<ObjectStore, 'get'>,
  key: string,
  columns: readonly string[],
  onChunk: (chunk: ColumnData, rowCount: number) => void,
): Promise<number> {
  const buffer = Uint8Array.from(await objectStore.get(key)).buffer;
  return reading(key, async () => {
    const rowCount = Number(parquetMetadata(buffer).num_rows);
    const file = { byteLength: buffer.byteLength, slice: (start: number, end?: number) => buffer.slice(start, end) };
    await parquetRead({ file, columns: [...columns], onChunk: (chunk) => onChunk(chunk, rowCount) });
    return rowCount;
  });
}

/** The columns of a file, in their order. */
export interface ColumnNames {
  readonly numbers: readonly string[];
  /** Texts that are words: columns of lists, which are texts of JSON, and those without any value among the first rows are none. */
  readonly words: readonly string[];
}

/** The names of the columns of numbers and of words that a Parquet file has. */
export async function columnsOf(objectStore: Pick<ObjectStore, 'get'>, key: string): Promise<ColumnNames> {
  const file = Uint8Array.from(await objectStore.get(key)).buffer;
  return reading(key, async () => {
    const named = (type: string) =>
      parquetMetadata(file)
        .schema.filter((column) => column.type === type)
        .map(({ name }) => name);
    const texts = named('BYTE_ARRAY');
    const first = await parquetReadObjects({ file, columns: texts, rowStart: 0, rowEnd: FIRST_ROWS });
    const isWord = (text: string) => {
      const values = first.flatMap((row) => (row[text] == null ? [] : [String(row[text])]));
      return values.length > 0 && !values.some((value) => value.startsWith('['));
    };
    return { numbers: named('DOUBLE'), words: texts.filter(isWord) };
  });
}

async function reading<T>(key: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (isAppError(cause, 'data_loss')) throw cause;
    throw new AppError('data_loss.dataset', `${key} cannot be read as Parquet`, { cause });
  }
}

/** The rows of one small Parquet file as records of text. */
export async function readTextRows<Column extends string>(
  objectStore: Pick<ObjectStore, 'get'>,
  key: string,
  columns: readonly Column[],
): Promise<readonly Readonly<Record<Column, string>>[]> {
  const rows: Record<string, string>[] = [];
  await readParquet(objectStore, key, columns, ({ columnName, columnData, rowStart }) => {
    for (let i = 0; i < columnData.length; i++) {
      const row = (rows[rowStart + i] ??= {});
      row[columnName] = String(columnData[i]);
    }
  });
  return rows as Record<Column, string>[];
}
