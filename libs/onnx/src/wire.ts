import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Element types of the tensors that we use, with their numbers in onnx.proto (TensorProto.DataType). */
export const DATA_TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 } as const;

/** A word of `DATA_TYPES`. */
export type DataType = keyof typeof DATA_TYPES;

/** The name of an element type's number; undefined for one that we do not use. */
export function dataTypeName(number: number): DataType | undefined {
  return (Object.keys(DATA_TYPES) as DataType[]).find((name) => DATA_TYPES[name] === number);
}

/** Writes one protobuf message: fields by number, absent ones left out. Field numbers come from onnx.proto. */
export class MessageWriter {
  readonly #writer = new BinaryWriter();

  int(field: number, value: number): this {
    this.#writer.tag(field, WireType.Varint).int64(value);
    return this;
  }

  float(field: number, value: number): this {
    this.#writer.tag(field, WireType.Bit32).float(value);
    return this;
  }

  string(field: number, value: string): this {
    this.#writer.tag(field, WireType.LengthDelimited).string(value);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#writer.tag(field, WireType.LengthDelimited).bytes(value);
    return this;
  }

  strings(field: number, values: readonly string[]): this {
    for (const value of values) this.string(field, value);
    return this;
  }

  ints(field: number, values: readonly number[]): this {
    for (const value of values) this.int(field, value);
    return this;
  }

  message(field: number, write: (message: MessageWriter) => void): this {
    const inner = new MessageWriter();
    write(inner);
    return this.bytes(field, inner.finish());
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#writer.finish();
  }
}

/** How to read one message: a reader per field number; unknown fields are skipped. */
export type FieldReaders = Readonly<Record<number, (reader: BinaryReader, wireType: WireType) => void>>;

/** Reads one protobuf message. */
export function readMessage(bytes: Uint8Array, fields: FieldReaders): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    const read = fields[field];
    if (read === undefined) reader.skip(wireType, field);
    else read(reader, wireType);
  }
}

/** One or, when packed, several numbers of a repeated int64 field. */
export function readInts(reader: BinaryReader, wireType: WireType, target: number[]): void {
  if (wireType !== WireType.LengthDelimited) {
    target.push(Number(reader.int64()));
    return;
  }
  const end = reader.uint32() + reader.pos;
  while (reader.pos < end) target.push(Number(reader.int64()));
}
