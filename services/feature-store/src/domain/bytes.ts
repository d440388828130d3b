const NUMBER_FLAG = 0;
const RAW_FLAG = 1;
const MAX_VARINT_BYTES = 9;

/** Writes numbers and texts one after the other into memory that it keeps: packing states allocates only their results. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafeSlow(4_096);
  #length = 0;

  /** How many bytes were written. */
  get length(): number {
    return this.#length;
  }

  /** Forgets what was written. */
  clear(): void {
    this.#length = 0;
  }

  /** A copy of what was written. */
  copy(): Buffer {
    return Buffer.from(this.view());
  }

  /** What was written, until more is. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number from 0 to 2^53. */
  count(value: number): void {
    this.#reserve(MAX_VARINT_BYTES);
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest % 128) | 0x80;
    this.#bytes[this.#length++] = rest;
  }

  /** Any number: whole ones in a few bytes, others in nine. */
  number(value: number): void {
    if (Number.isInteger(value) && Math.abs(value) < 2 ** 51 && !Object.is(value, -0)) {
      this.count(4 * Math.abs(value) + (value < 0 ? 2 : 0) + NUMBER_FLAG);
      return;
    }
    this.count(RAW_FLAG);
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  text(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.count(bytes);
    this.#reserve(bytes);
    this.#length += this.#bytes.write(value, this.#length, 'utf8');
  }

  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.#length + count));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** Reads what a ByteWriter wrote. */
export class ByteReader {
  constructor(
    private readonly bytes: Buffer,
    public at = 0,
  ) {}

  byte(): number {
    return this.bytes[this.at++]!;
  }

  count(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  number(): number {
    const value = this.count();
    if (value === RAW_FLAG) return this.double();
    const magnitude = Math.floor(value / 4);
    return value % 4 === 2 ? -magnitude : magnitude;
  }

  double(): number {
    const value = this.bytes.readDoubleLE(this.at);
    this.at += 8;
    return value;
  }

  text(): string {
    const length = this.count();
    const value = this.bytes.toString('utf8', this.at, this.at + length);
    this.at += length;
    return value;
  }

  /** The next `length` bytes, not copied. */
  raw(length: number): Buffer {
    const value = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return value;
  }
}
