import { endianness } from 'node:os';
import { type ThriftStruct, type ThriftValue, thriftBytes } from './thrift-struct';

/** A column: doubles that are always there, or texts that may be missing. */
export interface PlainColumn {
  readonly name: string;
  readonly type: 'double' | 'text';
}

/** The values of a column for the rows of a group; texts in UTF-8, null where there is none. */
export type PlainValues = Float64Array | readonly (Uint8Array | null)[];

const MAGIC = Buffer.from('PAR1');
const DOUBLE = 5;
const BYTE_ARRAY = 6;
const REQUIRED = 0;
const OPTIONAL = 1;
const UTF8 = 0;
const PLAIN = 0;
const RLE = 3;

/**
 * A Parquet file whose values lie in it as they do in memory: not compressed, no dictionaries, one page per column of a group
 * (https://parquet.apache.org/docs/file-format/). Writing one costs little more than copying the values, which is what tens of
 * thousands of rows per second with a hundred columns need; a general writer looks at each value.
 */
export class PlainParquet {
  rowCount = 0;
  readonly #pieces: Buffer[] = [MAGIC];
  #length = MAGIC.length;
  readonly #groups: ThriftValue[] = [];

  constructor(
    private readonly columns: readonly PlainColumn[],
    private readonly about: Readonly<Record<string, string>>,
  ) {
    if (endianness() !== 'LE')
      throw new Error('Parquet files are little endian, and so must be the machine that writes them');
  }

  /** Adds a group of rows: one list of values per column. */
  add(rowCount: number, values: readonly PlainValues[]): void {
    const from = this.#length;
    const pieces: Buffer[] = [];
    const chunks = this.columns.map((column, index) => this.#addChunk(column, rowCount, values[index]!, pieces));
    this.rowCount += rowCount;
    // one write per group is cheaper than two per column
    this.#pieces.push(Buffer.concat(pieces));
    this.#groups.push({
      struct: { 1: { list: chunks }, 2: { i64: this.#length - from }, 3: { i64: rowCount } },
    });
  }

  /** The whole file, in pieces. */
  finish(): readonly Buffer[] {
    const root: ThriftStruct = { 4: { text: 'root' }, 5: { i32: this.columns.length } };
    const footer = thriftBytes({
      1: { i32: 1 },
      2: { list: [root, ...this.columns.map(schemaOf)].map((struct) => ({ struct })) },
      3: { i64: this.rowCount },
      4: { list: this.#groups },
      5: {
        list: Object.entries(this.about).map(([key, value]) => ({ struct: { 1: { text: key }, 2: { text: value } } })),
      },
      6: { text: 'attune feature-store' },
    });
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    return [...this.#pieces, footer, length, MAGIC];
  }

  #addChunk({ name, type }: PlainColumn, rowCount: number, values: PlainValues, pieces: Buffer[]): ThriftValue {
    const page = values instanceof Float64Array ? doublesOf(values, rowCount) : textsOf(values, rowCount);
    const header = thriftBytes({
      1: { i32: 0 },
      2: { i32: page.length },
      3: { i32: page.length },
      5: { struct: { 1: { i32: rowCount }, 2: { i32: PLAIN }, 3: { i32: RLE }, 4: { i32: RLE } } },
    });
    const offset = this.#length;
    const size = header.length + page.length;
    pieces.push(header, page);
    this.#length += size;
    const meta: ThriftStruct = {
      1: { i32: type === 'double' ? DOUBLE : BYTE_ARRAY },
      2: { list: [{ i32: PLAIN }, { i32: RLE }] },
      3: { list: [{ text: name }] },
      4: { i32: 0 },
      ...{ 5: { i64: rowCount }, 6: { i64: size }, 7: { i64: size }, 9: { i64: offset } },
    };
    return { struct: { 2: { i64: offset }, 3: { struct: meta } } };
  }
}

function schemaOf({ name, type }: PlainColumn): ThriftStruct {
  if (type === 'double') return { 1: { i32: DOUBLE }, 3: { i32: REQUIRED }, 4: { text: name } };
  return { 1: { i32: BYTE_ARRAY }, 3: { i32: OPTIONAL }, 4: { text: name }, 6: { i32: UTF8 } };
}

function doublesOf(values: Float64Array, rowCount: number): Buffer {
  // a view: it is copied with the rest of the group
  return Buffer.from(values.buffer, values.byteOffset, 8 * rowCount);
}

/** One bit per row, whether it has a text, as one run; then the texts that there are, each after its length. */
function textsOf(values: readonly (Uint8Array | null)[], rowCount: number): Buffer {
  const groups = Math.ceil(rowCount / 8);
  const runHeader = varint(2 * groups + 1);
  let length = 4 + runHeader.length + groups;
  for (let row = 0; row < rowCount; row++) length += values[row] === null ? 0 : 4 + values[row]!.length;
  const page = Buffer.allocUnsafeSlow(length);
  page.writeUInt32LE(runHeader.length + groups);
  page.set(runHeader, 4);
  const bits = 4 + runHeader.length;
  page.fill(0, bits, bits + groups);
  let at = bits + groups;
  for (let row = 0; row < rowCount; row++) {
    const text = values[row];
    if (text === null || text === undefined) continue;
    page[bits + (row >>> 3)]! |= 1 << (row & 7);
    at = page.writeUInt32LE(text.length, at);
    page.set(text, at);
    at += text.length;
  }
  return page;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}
