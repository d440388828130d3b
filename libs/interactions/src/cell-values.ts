import type { CellCutter } from './cells';
import { type IdIndex, isSmallNumber } from './id-space';

const [ZERO, NINE] = [48, 57];

/** The position of the id in a cell; whole numbers never become strings. */
export function idOfCell(cutter: CellCutter, cell: number, ids: IdIndex): number {
  const number = wholeNumberOf(cutter, cell);
  return number >= 0 && isSmallNumber(number) ? ids.ofNumber(number) : ids.of(cutter.text(cell));
}

/** The number in a cell; NaN where it is none (or says "NaN"), infinite where it says so. */
export function numberOfCell(cutter: CellCutter, cell: number): number {
  const whole = wholeNumberOf(cutter, cell);
  if (whole >= 0) return whole;
  const text = cutter.text(cell);
  return text === '' ? Number.NaN : Number(text);
}

/** The moment in a cell in milliseconds: seconds or milliseconds since 1970, or ISO 8601; NaN where it is none. */
export function timeOfCell(cutter: CellCutter, cell: number): number {
  const number = numberOfCell(cutter, cell);
  // 1e11 seconds is the year 5138, 1e11 milliseconds is 1973: no data set lies on the other side of either
  if (Number.isFinite(number)) return Math.abs(number) < 1e11 ? number * 1_000 : number;
  const text = cutter.text(cell);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return Number.NaN;
  const isLocal = /^\d{4}-\d{2}-\d{2}[ T][\d:.]+$/.test(text);
  return Date.parse(isLocal ? `${text.replace(' ', 'T')}Z` : text);
}

/** A whole number of at most 15 digits without leading zeros, or -1. */
function wholeNumberOf({ bytes, start, end, count }: CellCutter, cell: number): number {
  if (cell >= count) return -1;
  const [from, to] = [start[cell]!, end[cell]!];
  if (to === from || to - from > 15 || (bytes[from] === ZERO && to - from > 1)) return -1;
  let number = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte < ZERO || byte > NINE) return -1;
    number = number * 10 + (byte - ZERO);
  }
  return number;
}
