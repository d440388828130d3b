/**
 * Where a record lies, and where a group stands: the id of the stream entry, and how many records of the partition come up to this
 * one, itself included. A group's position is that of the last record that it handled, which makes lag a subtraction.
 */
export interface Position {
  readonly id: string;
  readonly ordinal: number;
}

/** The id before all others. */
export const BEGINNING = '0-0';
const LAST_SEQUENCE = 18_446_744_073_709_551_615n;

/** A position as the port shows it and as it is stored. */
export function positionText(id: string, ordinal: number): string {
  return `${id}.${ordinal}`;
}

/** The inverse of `positionText`. */
export function parsePosition(text: string): Position {
  const dot = text.indexOf('.');
  return { id: text.slice(0, dot), ordinal: Number(text.slice(dot + 1)) };
}

/** Whether stream id `a` comes before `b`. */
export function isIdBefore(a: string, b: string): boolean {
  const [aMs, aSeq] = a.split('-').map(Number) as [number, number];
  const [bMs, bSeq] = b.split('-').map(Number) as [number, number];
  return aMs < bMs || (aMs === bMs && aSeq < bSeq);
}

/** Whether position `a` comes before `b`. */
export function isBefore(a: Position, b: Position): boolean {
  // ids decide first: a group that begins at a time to come has no record before it, whatever is appended until then
  return a.id === b.id ? a.ordinal < b.ordinal : isIdBefore(a.id, b.id);
}

/** Exclusive id to read after so that the first record given is the first one at or after `date`. */
export function idBefore(date: Date): string {
  return date.getTime() <= 0 ? BEGINNING : `${date.getTime() - 1}-${LAST_SEQUENCE}`;
}

/** Exclusive id to read after so that the first entry given is that of the position, of which some records may be left. */
export function idToReadAfter({ id }: Position): string {
  const [ms, sequence] = id.split('-').map(BigInt) as [bigint, bigint];
  if (sequence > 0n) return `${ms}-${sequence - 1n}`;
  return ms > 0n ? `${ms - 1n}-${LAST_SEQUENCE}` : BEGINNING;
}
