/**
 * One text field of an encoded Protocol Buffers message, read and replaced in its bytes: everything else stays as it is, byte for
 * byte, also what this build does not know. Only fields at the top of the message.
 */
interface Place {
  /** Where the field begins with its tag, and where it ends. */
  readonly from: number;
  readonly to: number;
  readonly textFrom: number;
}

/** The text of a field; empty where the message does not have it. */
export function textFieldOf(message: Uint8Array, field: number): string {
  const place = placesOf(message, field).at(-1);
  return place === undefined ? '' : Buffer.from(message.subarray(place.textFrom, place.to)).toString('utf8');
}

/** The message with another text in a field; an empty text takes the field out. A field that it does not have stays away. */
export function withTextField(message: Uint8Array, field: number, text: string): Uint8Array {
  const places = placesOf(message, field);
  if (places.length === 0) return message;
  const replacement = text === '' ? Buffer.alloc(0) : encoded(field, text);
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const { from, to } of places) {
    // Of a field that is there several times the last one counts, and its place is the place of the new one.
    pieces.push(message.subarray(at, from), to === places.at(-1)!.to ? replacement : Buffer.alloc(0));
    at = to;
  }
  return Buffer.concat([...pieces, message.subarray(at)]);
}

const LENGTH_DELIMITED = 2;

function encoded(field: number, text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([varint((field << 3) | LENGTH_DELIMITED), varint(bytes.length), bytes]);
}

function placesOf(message: Uint8Array, field: number): Place[] {
  const places: Place[] = [];
  for (let at = 0; at < message.length; ) {
    const from = at;
    const tag = readVarint(message, at);
    const end = endOf(message, tag.at, tag.value & 7);
    if (tag.value >>> 3 === field && (tag.value & 7) === LENGTH_DELIMITED) {
      places.push({ from, to: end, textFrom: readVarint(message, tag.at).at });
    }
    at = end;
  }
  return places;
}

/** Where a field ends whose content begins at a place. */
function endOf(message: Uint8Array, at: number, wireType: number): number {
  const end = afterContent(message, at, wireType);
  if (end > message.length) throw new RangeError('a field reaches beyond the end of the message');
  return end;
}

function afterContent(message: Uint8Array, at: number, wireType: number): number {
  if (wireType === 0) return readVarint(message, at).at;
  if (wireType === 1) return at + 8;
  if (wireType === 5) return at + 4;
  if (wireType !== LENGTH_DELIMITED) throw new RangeError(`a message has no fields of wire type ${wireType}`);
  const length = readVarint(message, at);
  return length.at + length.value;
}

function readVarint(message: Uint8Array, from: number): { readonly value: number; readonly at: number } {
  let value = 0;
  let factor = 1;
  for (let at = from; at < message.length && at < from + 10; at++) {
    const byte = message[at]!;
    value += (byte & 0x7f) * factor;
    factor *= 128;
    if (byte < 0x80) return { value, at: at + 1 };
  }
  throw new RangeError('a number in the message has no end');
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
