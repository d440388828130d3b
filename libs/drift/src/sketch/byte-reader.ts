import { AppError } from '@attune/errors';

/** Reads what `ByteWriter` wrote. Throws `invalid.sketch` where the bytes end early or go on too long. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    this.#require(1);
    return this.#bytes[this.#at++]!;
  }

  whole(): number {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
      if (scale > Number.MAX_SAFE_INTEGER) throw new AppError('invalid.sketch', 'the sketch has a number above 2^53');
    }
  }

  double(): number {
    this.#require(8);
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8, true);
  }

  text(): string {
    const length = this.whole();
    this.#require(length);
    this.#at += length;
    return new TextDecoder().decode(this.#bytes.subarray(this.#at - length, this.#at));
  }

  /** Throws unless all was read. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new AppError('invalid.sketch', 'the sketch has bytes after its end');
  }

  #require(count: number): void {
    if (this.#at + count > this.#bytes.length) throw new AppError('invalid.sketch', 'the sketch ends too early');
  }
}
