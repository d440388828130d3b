import type { FeatureTable } from './gen/attune/common/v1/common';

/** A feature table as plain arrays: what is computed with. Row by row, so that the features of an item lie beside each other. */
export interface PlainFeatureTable {
  /** The columns. */
  readonly names: readonly string[];
  readonly rowCount: number;
  /** [rowCount x names.length]; NaN where there is no value. */
  readonly values: Float64Array;
  /**
   * [rowCount x names.length]: 0 where there is a value, else the number of the `MissingReason`, or `FEATURE_NOT_READ`. Empty where all
   * are there.
   */
  readonly missing: Uint8Array;
  /** [rowCount], milliseconds since 1970; NaN where nothing was observed. */
  readonly updatedAtMs: Float64Array;
  /** The moment that the values are of, in milliseconds since 1970. */
  readonly readAtMs: number;
}

/** Stands in `missing` for a value that nobody read: the item is in the table for its place, and was ranked without features. */
export const FEATURE_NOT_READ = 255;

/**
 * A table that contradicts itself: a message that is no feature table, or arrays that make none. The sentence says where; whoever
 * reads messages translates it into the error of its own edge.
 */
export class FeatureTableError extends Error {
  override readonly name = 'FeatureTableError';
}

const WIDTH = Float64Array.BYTES_PER_ELEMENT;
const isBigEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** Packs a table. A value that is there must be finite; one that is missing is 0 on the wire, so equal tables are equal bytes. */
export function encodeFeatureTable(table: PlainFeatureTable): FeatureTable {
  const { names, rowCount, values, missing, updatedAtMs, readAtMs } = table;
  requireLength('values', values.length, rowCount * names.length);
  requireLength('updatedAtMs', updatedAtMs.length, rowCount);
  if (missing.length > 0) requireLength('missing', missing.length, values.length);
  requireTime(readAtMs);
  const packed = new Float64Array(values.length);
  let missingCount = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (missing.length > 0 && missing[at] !== 0) missingCount++;
    else if (Number.isFinite(value)) packed[at] = value;
    else throw unsound(at, value, names);
  }
  return {
    names: [...names],
    rowCount,
    values: bytesOf(packed),
    missing: missingCount === 0 ? Buffer.alloc(0) : Buffer.from(missing),
    updatedAt: bytesOf(new Float64Array(updatedAtMs)),
    readAt: new Date(readAtMs),
  };
}

/** Unpacks a table, wherever its bytes lie. Throws a `FeatureTableError` for a message whose parts do not fit together. */
export function decodeFeatureTable(message: FeatureTable): PlainFeatureTable {
  const { names, rowCount, missing: reasons, readAt } = message;
  const readAtMs = readAt?.getTime() ?? Number.NaN;
  requireTime(readAtMs);
  requireLength('values', message.values.length, rowCount * names.length * WIDTH, 'bytes');
  requireLength('updated_at', message.updatedAt.length, rowCount * WIDTH, 'bytes');
  if (reasons.length > 0) requireLength('missing', reasons.length, rowCount * names.length, 'bytes');
  const values = numbersOf(message.values);
  const missing = Uint8Array.from(reasons);
  for (let at = 0; at < values.length; at++) {
    // For whatever reason: a later build may know more of them.
    if (missing.length > 0 && missing[at] !== 0) values[at] = Number.NaN;
    else if (!Number.isFinite(values[at])) throw unsound(at, values[at]!, names);
  }
  return { names, rowCount, values, missing, updatedAtMs: numbersOf(message.updatedAt), readAtMs };
}

/** The bytes of numbers, little-endian, without a copy where this machine is so too. */
function bytesOf(numbers: Float64Array): Buffer {
  const bytes = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return isBigEndian ? bytes.swap64() : bytes;
}

/** Numbers from bytes, which may lie at any place of a buffer: no view could be made of those, so they are copied. */
function numbersOf(bytes: Uint8Array): Float64Array {
  const numbers = new Float64Array(bytes.length / WIDTH);
  const own = Buffer.from(numbers.buffer);
  own.set(bytes);
  if (isBigEndian) own.swap64();
  return numbers;
}

function requireLength(field: string, length: number, expected: number, unit = 'entries'): void {
  if (length === expected) return;
  throw new FeatureTableError(
    `${field} must have ${expected} ${unit} for the rows and columns that there are, not ${length}`,
  );
}

function requireTime(readAtMs: number): void {
  // Further away than this no Date can be.
  if (Math.abs(readAtMs) <= 8.64e15) return;
  throw new FeatureTableError('read_at must be the moment that the values are of');
}

function unsound(at: number, value: number, names: readonly string[]): FeatureTableError {
  const row = Math.floor(at / names.length);
  return new FeatureTableError(`"${names[at - row * names.length]}" of row ${row} is ${value} and not missing`);
}
