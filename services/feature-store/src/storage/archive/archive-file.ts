import { setImmediate as breath } from 'node:timers/promises';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ArchiveColumn, ArchiveRow, ArchiveTable } from './archive-table';

// The writer's own Snappy is JavaScript, and holds up the event loop four times as long for larger files.
const CODEC = 'ZSTD';
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const compressors = { [CODEC]: (bytes: Uint8Array) => zstdCompressSync(bytes, LEVEL) };
const decompressors = { [CODEC]: (bytes: Uint8Array) => zstdDecompressSync(bytes) };

// Strings, doubles, booleans and bytes only: readers in any language have them.
const PHYSICAL = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  bytes: { type: 'BYTE_ARRAY' },
} as const;

function elementOf({ name, type, isOptional }: ArchiveColumn) {
  return { name, ...PHYSICAL[type], repetition_type: isOptional ? 'OPTIONAL' : 'REQUIRED' } as const;
}

/** One Parquet file of the archive, made in memory one group of rows after the other. */
export class ArchiveFile {
  rowCount = 0;
  readonly #bytes = new ByteWriter(1 << 20);
  readonly #parquet: ParquetWriter;

  constructor(private readonly columns: ArchiveTable['columns']) {
    this.#parquet = new ParquetWriter({
      writer: this.#bytes,
      schema: [{ name: 'root', num_children: columns.length }, ...columns.map(elementOf)],
      codec: CODEC,
      compressors,
      statistics: false,
      createdBy: 'attune feature-store',
    });
  }

  /** How long the file is so far. */
  get sizeBytes(): number {
    return this.#bytes.offset;
  }

  /** Adds rows as one group. */
  addGroup(rows: readonly ArchiveRow[]): void {
    if (rows.length === 0) return;
    this.rowCount += rows.length;
    this.#parquet.write({
      rowGroupSize: rows.length,
      // Records hardly repeat: looking for repetitions would cost more than it saves.
      columnData: this.columns.map(({ name, type }) => ({
        ...{ name, data: rows.map((row) => row[name]) },
        ...(type === 'bytes' ? { encoding: 'PLAIN' as const } : {}),
      })),
    });
  }

  /** The whole file. */
  finish(): Uint8Array {
    this.#parquet.finish();
    return this.#bytes.getBytes();
  }
}

/** Reads a file of the archive a group of rows at a time, all columns or some. */
export async function* readArchiveFile(
  bytes: Uint8Array,
  columns?: readonly string[],
): AsyncGenerator<readonly ArchiveRow[]> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const metadata = parquetMetadata(file);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const wanted = columns === undefined ? {} : { columns: [...columns] };
    // Texts say so in the schema; what does not is bytes.
    yield (await parquetReadObjects({
      file,
      metadata,
      rowStart,
      rowEnd,
      utf8: false,
      compressors: decompressors,
      ...wanted,
    })) as ArchiveRow[];
    rowStart = rowEnd;
    // The file is in memory, so without this the other work of the process would wait for all of its groups.
    await breath();
  }
}
