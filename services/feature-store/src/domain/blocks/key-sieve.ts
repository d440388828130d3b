/** Bits of a sieve: of 2,000 keys 11 in 100 strangers pass, of 300 keys 2 in 100. */
const BITS = 2 ** 14;

/**
 * Tells most of those that are not among some hashes of ids, at the cost of one look: for asking thousands of times whether somebody
 * is among a few. What passes must still be looked up. Hashes are evenly spread (id-hash.ts), so their upper bits will do.
 */
export class KeySieve {
  readonly #bits = new Int32Array(BITS / 32);

  constructor(keys: readonly number[]) {
    for (let n = 0; n < keys.length; n++) {
      const place = placeOf(keys[n]!);
      this.#bits[place >>> 5]! |= 1 << (place & 31);
    }
  }

  /** False where the key is not among them; true where it may be. */
  mayHave(key: number): boolean {
    const place = placeOf(key);
    return ((this.#bits[place >>> 5]! >>> (place & 31)) & 1) === 1;
  }
}

function placeOf(key: number): number {
  // Of 52 bits the 32 upper ones.
  return (key * 2 ** -20) & (BITS - 1);
}
