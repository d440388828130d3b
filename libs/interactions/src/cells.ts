import { textOf } from './read-lines';

const [TAB, SPACE, QUOTE, COMMA, NEW_CELL] = [9, 32, 34, 44, 0x1f];

/** What separates cells: one byte, or two for `::`. */
export type Separator = '\t' | '::' | ',' | ';' | '|' | ' ';

const SEPARATORS: readonly Separator[] = ['\t', '::', ',', ';', '|', ' '];

/** The separator of a line: the first of those in use that it contains. */
export function separatorOf(line: string): Separator | undefined {
  return SEPARATORS.find((separator) => line.trim().includes(separator));
}

/**
 * Cuts lines into cells without making strings. After `cut`, cell c is `bytes[start[c] .. end[c])`, without the blanks around it.
 * Comma-separated cells may be in quotation marks.
 */
export class CellCutter {
  readonly start = new Int32Array(64);
  readonly end = new Int32Array(64);
  bytes: Buffer = Buffer.alloc(0);
  count = 0;
  readonly #separator: number;
  readonly #width: number;
  readonly #isQuoted: boolean;

  constructor(separator: Separator) {
    this.#separator = separator.charCodeAt(0);
    this.#width = separator.length;
    this.#isQuoted = separator === ',';
  }

  /** Cells beyond the 64th are counted, not kept. */
  cut(bytes: Buffer, start: number, end: number): void {
    if (this.#isQuoted) {
      const quote = bytes.indexOf(QUOTE, start);
      if (quote >= 0 && quote < end) {
        const plain = unquoted(bytes.subarray(start, end));
        this.#cutAt(plain, 0, plain.length, NEW_CELL);
        return;
      }
    }
    this.#cutAt(bytes, start, end, this.#separator);
  }

  /** The text of a cell; '' where the line has no such cell. */
  text(cell: number): string {
    return cell < Math.min(this.count, 64) ? textOf(this.bytes, this.start[cell]!, this.end[cell]!) : '';
  }

  #cutAt(bytes: Buffer, from: number, to: number, separator: number): void {
    this.bytes = bytes;
    this.count = 0;
    const width = separator === NEW_CELL ? 1 : this.#width;
    let begin = from;
    for (let at = from; at < to; at++) {
      if (bytes[at] !== separator || (width === 2 && bytes[at + 1] !== separator)) continue;
      // several blanks between cells are one separator
      if (separator !== SPACE || at > begin) this.#keep(begin, at);
      begin = at + width;
      at += width - 1;
    }
    if (separator !== SPACE || to > begin) this.#keep(begin, to);
  }

  #keep(from: number, to: number): void {
    let [start, end] = [from, to];
    while (start < end && isBlank(this.bytes[start]!)) start++;
    while (end > start && isBlank(this.bytes[end - 1]!)) end--;
    if (this.count < 64) {
      this.start[this.count] = start;
      this.end[this.count] = end;
    }
    this.count++;
  }
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** A comma-separated line with quotation marks as cells between unit separators (RFC 4180; a doubled mark is one mark). */
function unquoted(line: Buffer): Buffer {
  const plain = Buffer.allocUnsafe(line.length);
  let length = 0;
  let isInside = false;
  for (let at = 0; at < line.length; at++) {
    const byte = line[at]!;
    if (byte === QUOTE && isInside && line[at + 1] === QUOTE) plain[length++] = line[at++]!;
    else if (byte === QUOTE) isInside = !isInside;
    else plain[length++] = byte === COMMA && !isInside ? NEW_CELL : byte;
  }
  return plain.subarray(0, length);
}
