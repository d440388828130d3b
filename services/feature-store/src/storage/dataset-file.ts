import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { FollowRow, HistoryRow, ItemRow } from '../interaction-set-ports';

// Encoding a group holds up the event loop, so a group is small: some tens of milliseconds.
const ROWS_PER_GROUP = 20_000;

const text = (name: string) =>
  ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' }) as const;

type ColumnData = Parameters<ParquetWriter['write']>[0]['columnData'];
type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

/** What the files of one kind hold: plain types only, so that a reader in any language gets strings and doubles. */
export interface FileKind<Row> {
  readonly columns: readonly SchemaElement[];
  columnData(rows: readonly Row[]): ColumnData;
}

/** Interactions, with users by their keyed hashes. Milliseconds since 1970 fit a double exactly. */
export const interactionFiles = (userKeyOf: (userId: string) => string): FileKind<HistoryRow> => ({
  columns: [
    text('user_key'),
    text('item_id'),
    text('type'),
    { name: 'value', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
    { name: 'occurred_at', type: 'DOUBLE', repetition_type: 'REQUIRED' },
  ],
  columnData: (rows) => [
    { name: 'user_key', data: rows.map((row) => userKeyOf(row.userId)) },
    { name: 'item_id', data: rows.map((row) => row.itemId) },
    { name: 'type', data: rows.map((row) => row.type) },
    { name: 'value', data: rows.map((row) => row.value ?? null) },
    // Times hardly repeat within a group: a dictionary, or compression, would cost more than it saves.
    {
      name: 'occurred_at',
      data: Float64Array.from(rows, (row) => row.occurredAtMs),
      encoding: 'PLAIN',
      codec: 'UNCOMPRESSED',
    },
  ],
});

/** What items say about themselves. */
export const itemFiles: FileKind<ItemRow> = {
  columns: [text('item_id'), text('title'), text('text'), text('tags'), text('category')],
  columnData: (rows) => [
    { name: 'item_id', data: rows.map((row) => row.itemId) },
    { name: 'title', data: rows.map((row) => row.title) },
    { name: 'text', data: rows.map((row) => row.text) },
    { name: 'tags', data: rows.map((row) => JSON.stringify(row.tags)) },
    { name: 'category', data: rows.map((row) => row.category) },
  ],
};

/** Who follows whom, by keyed hashes. */
export const followFiles = (userKeyOf: (userId: string) => string): FileKind<FollowRow> => ({
  columns: [text('follower_key'), text('followee_key')],
  columnData: (rows) => [
    { name: 'follower_key', data: rows.map((row) => userKeyOf(row.followerId)) },
    { name: 'followee_key', data: rows.map((row) => userKeyOf(row.followeeId)) },
  ],
});

/** One Parquet file, made in memory row group by row group. */
export class DatasetFile<Row> {
  rowCount = 0;
  readonly #bytes = new ByteWriter(1 << 20);
  readonly #parquet: ParquetWriter;
  #pending: Row[] = [];

  constructor(private readonly kind: FileKind<Row>) {
    this.#parquet = new ParquetWriter({
      writer: this.#bytes,
      schema: [{ name: 'root', num_children: kind.columns.length }, ...kind.columns.map((element) => ({ ...element }))],
      statistics: false,
      createdBy: 'attune feature-store',
    });
  }

  /** Adds rows. */
  add(rows: readonly Row[]): void {
    this.rowCount += rows.length;
    for (const row of rows) {
      this.#pending.push(row);
      if (this.#pending.length === ROWS_PER_GROUP) this.#writeGroup();
    }
  }

  /** The whole file. */
  finish(): Uint8Array {
    if (this.#pending.length > 0) this.#writeGroup();
    this.#parquet.finish();
    return this.#bytes.getBytes();
  }

  #writeGroup(): void {
    const rows = this.#pending;
    this.#pending = [];
    this.#parquet.write({ rowGroupSize: ROWS_PER_GROUP, columnData: this.kind.columnData(rows) });
  }
}
