import type { ByteReader, ByteWriter } from '../bytes';
import type { Change } from '../facts';

/** No change yet. */
export const NO_CHANGE: Change = { changedAtMs: Number.NEGATIVE_INFINITY, tie: 0 };

/** Whether `change` holds against `known`. */
export function isLaterChange(change: Change, known: Change): boolean {
  if (change.changedAtMs !== known.changedAtMs) return change.changedAtMs > known.changedAtMs;
  return change.tie > known.tie;
}

/** Writes which change it is. */
export function writeChange({ changedAtMs, tie }: Change, out: ByteWriter): void {
  out.number(changedAtMs);
  out.count(tie);
}

/** Reads what `writeChange` wrote. */
export function readChange(from: ByteReader): Change {
  return { changedAtMs: from.number(), tie: from.count() };
}
