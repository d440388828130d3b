import { AppError } from '@attune/errors';
import type { Score } from './score';
import type { StoredWindow } from './window-store';

const VERSION = 1;

/** How values become bytes and come back. */
export interface ValueCodec<Values> {
  readonly encode: (values: Values) => Uint8Array;
  /** Reads what `encode` wrote; throws for other bytes. */
  readonly decode: (bytes: Uint8Array) => Values;
}

/** How windows of a kind of values are put together and compared. */
export interface WindowKind<Values> extends ValueCodec<Values> {
  readonly merged: (windows: readonly Values[]) => Values;
  readonly scores: (reference: Values, current: Values) => readonly Score[];
  /** Makes values small that are only read from now on. */
  readonly stored: (values: Values) => Values;
}

/** A window as a judge wrote it down. */
export interface WrittenWindow {
  readonly at: Date;
  readonly bytes: Uint8Array;
}

/** A window as bytes: a version, whether it was calm, and its values. */
export function encodeStored<Values>(codec: ValueCodec<Values>, { values, isCalm }: StoredWindow<Values>): Uint8Array {
  const encoded = codec.encode(values);
  const bytes = new Uint8Array(encoded.length + 2);
  bytes[0] = VERSION;
  bytes[1] = Number(isCalm);
  bytes.set(encoded, 2);
  return bytes;
}

/** Reads what `encodeStored` wrote. Throws an `invalid` error for other bytes. */
export function decodeStored<Values>(codec: ValueCodec<Values>, bytes: Uint8Array): StoredWindow<Values> {
  const [version, calm] = bytes;
  if (version !== VERSION) throw new AppError('invalid.judge', `a window of version ${version} cannot be read`);
  return { values: codec.decode(bytes.subarray(2)), isCalm: calm === 1 };
}
