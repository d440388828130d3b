const UTF8 = 'utf8';
const BYTES_PER_ROW = 32;

/** A column of texts as bytes one after the other: it goes from thread to thread without being copied. */
export interface PackedTexts {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the text of each row ends. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** 1 for each row that has a text. */
  readonly present: Uint8Array<ArrayBuffer>;
}

/** A column of texts that is being written row by row. */
export class TextColumn {
  #bytes: Buffer<ArrayBuffer>;
  readonly #ends: Uint32Array<ArrayBuffer>;
  readonly #present: Uint8Array<ArrayBuffer>;
  #rows = 0;

  constructor(capacity: number) {
    this.#bytes = Buffer.from(new ArrayBuffer(Math.max(256, capacity * BYTES_PER_ROW)));
    this.#ends = new Uint32Array(capacity);
    this.#present = new Uint8Array(capacity);
  }

  /** Adds the text of the next row; undefined for none. */
  add(text: string | undefined): void {
    const from = this.#lastEnd();
    const isMissing = text === undefined;
    // three bytes hold any unit of UTF-16
    if (!isMissing) this.#reserve(from, 3 * text.length);
    this.#end(isMissing ? from : from + this.#bytes.write(text, from, UTF8), isMissing ? 0 : 1);
  }

  /** Adds the text of an earlier row once more. */
  repeat(row: number): void {
    const from = this.#lastEnd();
    const start = row === 0 ? 0 : this.#ends[row - 1]!;
    const end = this.#ends[row]!;
    this.#reserve(from, end - start);
    this.#bytes.copyWithin(from, start, end);
    this.#end(from + end - start, this.#present[row]!);
  }

  /** Everything that was written; the column must not be used any more. */
  packed(): PackedTexts {
    return { bytes: this.#bytes, ends: this.#ends, present: this.#present };
  }

  #lastEnd(): number {
    return this.#rows === 0 ? 0 : this.#ends[this.#rows - 1]!;
  }

  #end(end: number, present: number): void {
    this.#ends[this.#rows] = end;
    this.#present[this.#rows++] = present;
  }

  #reserve(from: number, count: number): void {
    if (from + count <= this.#bytes.length) return;
    const grown = Buffer.from(new ArrayBuffer(Math.max(2 * this.#bytes.length, from + count)));
    this.#bytes.copy(grown, 0, 0, from);
    this.#bytes = grown;
  }
}
