import { ByteWriter } from '../../domain/bytes';

/** A value of Thrift's compact protocol: the footers and page headers of Parquet are structs of these. */
export type ThriftValue =
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly text: string }
  | { readonly bool: boolean }
  | { readonly struct: ThriftStruct }
  | { readonly list: readonly ThriftValue[] };

/** The fields of a struct by their numbers, in ascending order. */
export type ThriftStruct = Readonly<Record<number, ThriftValue>>;

const TYPES = { i32: 5, i64: 6, text: 8, list: 9, struct: 12 } as const;
const LONG_LIST = 15;

/** A struct as bytes (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md). Numbers are not negative. */
export function thriftBytes(struct: ThriftStruct): Buffer {
  const out = new ByteWriter();
  writeStruct(struct, out);
  return out.copy();
}

function writeStruct(struct: ThriftStruct, out: ByteWriter): void {
  let before = 0;
  for (const [name, value] of Object.entries(struct)) {
    const number = Number(name);
    // all field numbers of Parquet are less than 16 apart
    out.byte(((number - before) << 4) | typeOf(value));
    before = number;
    if (!('bool' in value)) writeValue(value, out);
  }
  out.byte(0);
}

function typeOf(value: ThriftValue): number {
  // a boolean field is its own type: 1 for true, 2 for false
  if ('bool' in value) return value.bool ? 1 : 2;
  return TYPES[Object.keys(value)[0] as keyof typeof TYPES];
}

function writeValue(value: Exclude<ThriftValue, { readonly bool: boolean }>, out: ByteWriter): void {
  if ('struct' in value) writeStruct(value.struct, out);
  else if ('list' in value) writeList(value.list, out);
  else if ('text' in value) out.text(value.text);
  else out.count(2 * ('i32' in value ? value.i32 : value.i64));
}

function writeList(list: readonly ThriftValue[], out: ByteWriter): void {
  const type = list.length === 0 ? TYPES.i32 : typeOf(list[0]!);
  out.byte((Math.min(list.length, LONG_LIST) << 4) | type);
  if (list.length >= LONG_LIST) out.count(list.length);
  for (const value of list) writeValue(value as Exclude<ThriftValue, { readonly bool: boolean }>, out);
}
