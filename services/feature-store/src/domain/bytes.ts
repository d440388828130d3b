const NUMBER_FLAG = 0;
const RAW_FLAG = 1;
const MAX_VARINT_BYTES = 9;
const LOW = 2 ** 28;

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
    const bytes = this.#bytes;
    let at = this.#length;
    let rest = value;
    if (rest >= LOW) {
      // Operators on bits work on 32 of them: the lower 28 bits are four bytes, and the rest fits too.
      const low = rest % LOW;
      rest = (rest - low) / LOW;
      bytes[at] = (low & 0x7f) | 0x80;
      bytes[at + 1] = ((low >>> 7) & 0x7f) | 0x80;
      bytes[at + 2] = ((low >>> 14) & 0x7f) | 0x80;
      bytes[at + 3] = (low >>> 21) | 0x80;
      at += 4;
    }
    for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
    bytes[at++] = rest;
    this.#length = at;
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
    const { bytes } = this;
    let byte = bytes[this.at++]!;
    if (byte < 0x80) return byte;
    let low = byte & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      byte = bytes[this.at++]!;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return low;
    }
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      byte = bytes[this.at++]!;
      high |= (byte & 0x7f) << shift;
      if (byte < 0x80) return low + high * LOW;
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
