import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { HistoryRow } from '../ports';

// Encoding a group holds up the event loop, so a group is small: some tens of milliseconds.
const ROWS_PER_GROUP = 20_000;

const text = (name: string) =>
  ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' }) as const;

// Plain types only: a reader in any language gets strings and doubles. Milliseconds since 1970 fit a double exactly.
const SCHEMA = [
  { name: 'root', num_children: 5 },
  text('user_key'),
  text('item_id'),
  text('type'),
  { name: 'value', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
  { name: 'occurred_at', type: 'DOUBLE', repetition_type: 'REQUIRED' },
] as const;

/** One Parquet file of interactions, made in memory row group by row group. It names users by their keyed hashes. */
export class InteractionFile {
  rowCount = 0;
  readonly #bytes = new ByteWriter(1 << 20);
  readonly #parquet = new ParquetWriter({
    writer: this.#bytes,
    schema: SCHEMA.map((element) => ({ ...element })),
    statistics: false,
    createdBy: 'attune feature-store',
  });
  #pending: HistoryRow[] = [];

  constructor(private readonly userKeyOf: (userId: string) => string) {}

  /** Adds rows. */
  add(rows: readonly HistoryRow[]): void {
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
    this.#parquet.write({
      rowGroupSize: ROWS_PER_GROUP,
      columnData: [
        { name: 'user_key', data: rows.map((row) => this.userKeyOf(row.userId)) },
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
  }
}
