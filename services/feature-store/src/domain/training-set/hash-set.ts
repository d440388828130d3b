const EMPTY = -1;

/** A set of hashes of ids (see idHash) in 16 bytes each: counts millions of different ids, two of which meet once in 10^15. */
export class HashSet {
  #slots = new Float64Array(1_024).fill(EMPTY);
  size = 0;

  /** Adds a hash, if it is not there. */
  add(hash: number): void {
    if (!place(this.#slots, hash)) return;
    this.size++;
    if (this.size * 2 > this.#slots.length) this.#grow();
  }

  #grow(): void {
    const grown = new Float64Array(2 * this.#slots.length).fill(EMPTY);
    for (const hash of this.#slots) if (hash !== EMPTY) place(grown, hash);
    this.#slots = grown;
  }
}

function place(slots: Float64Array, hash: number): boolean {
  const mask = slots.length - 1;
  // the upper bits of a hash are as good as the lower ones
  let at = (hash % 2 ** 31) & mask;
  for (; slots[at] !== EMPTY; at = (at + 1) & mask) if (slots[at] === hash) return false;
  slots[at] = hash;
  return true;
}
