const BYTES_PER_ID = 24;

/** The items that a replay has met, in the order in which it met them: ids as bytes, so that millions fit in little memory. */
export class KnownItems {
  #bytes = Buffer.allocUnsafeSlow(64 * BYTES_PER_ID);
  #ends = new Float64Array(64);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds an item that was not met before. */
  add(itemId: string): void {
    const from = this.#count === 0 ? 0 : this.#ends[this.#count - 1]!;
    if (from + 3 * itemId.length > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(2 * (this.#bytes.length + 3 * itemId.length));
      this.#bytes.copy(grown, 0, 0, from);
      this.#bytes = grown;
    }
    if (this.#count === this.#ends.length) {
      const grown = new Float64Array(2 * this.#count);
      grown.set(this.#ends);
      this.#ends = grown;
    }
    this.#ends[this.#count++] = from + this.#bytes.write(itemId, from, 'utf8');
  }

  /** The item at a place. */
  at(place: number): string {
    return this.#bytes.toString('utf8', place === 0 ? 0 : this.#ends[place - 1]!, this.#ends[place]!);
  }
}
