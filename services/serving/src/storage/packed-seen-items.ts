import type { ItemCatalog } from '../item-ports';
import type { SeenHours, SeenItems } from '../user-ports';
import { firstHash, MARK_BYTES, SECOND_AT, SEEN_TYPES, secondHash, TYPE_AT } from './seen-marks';

type Ids = Pick<ItemCatalog, 'idOf'>;

/** By catalog and number: the hash of the item's id, 0 where it was not asked for yet. Hundreds of items are asked about for every slate. */
const FIRST_HASHES = new WeakMap<Ids, Int32Array>();

function firstHashOf(catalog: Ids, item: number): number {
  let hashes = FIRST_HASHES.get(catalog);
  if (hashes === undefined || item >= hashes.length) {
    const larger = new Int32Array(2 * (item + 1));
    if (hashes !== undefined) larger.set(hashes);
    FIRST_HASHES.set(catalog, (hashes = larger));
  }
  const known = hashes[item]!;
  if (known !== 0) return known;
  const made = firstHash(catalog.idOf(item));
  hashes[item] = made;
  return made;
}

/**
 * What a user has seen, as it is kept: 64 bits of hash of each item's id. Nearly every slate makes one, so no text is made, and
 * thousands of users stay in memory with some twenty bytes per mark. Two different ids with one hash are not met: among 5,000 marks
 * and a million items the chance is about 1 in 4 billion (docs/adr/0034-what-was-seen-is-a-string-of-hashes.md).
 */
export class PackedSeenItems implements SeenItems {
  /** Two numbers per mark: the hashes of its item. */
  readonly #hashes: Int32Array;
  readonly #second: Uint32Array;
  readonly #type: Uint8Array;
  /** The next of the chain and the first of each chain: places plus one, 0 at the end. */
  readonly #next: Int32Array;
  readonly #heads: Int32Array;
  #size = 0;

  /** `kept`: marks as they are kept, in whatever order; what was written again counts once. */
  constructor(
    private readonly catalog: Ids,
    ...kept: readonly (Buffer | null)[]
  ) {
    const count = kept.reduce((sum, marks) => sum + Math.floor((marks?.length ?? 0) / MARK_BYTES), 0);
    this.#hashes = new Int32Array(2 * count);
    this.#second = new Uint32Array(count);
    this.#type = new Uint8Array(count);
    this.#next = new Int32Array(count);
    this.#heads = new Int32Array(1 << Math.max(2, 32 - Math.clz32(count)));
    for (const marks of kept) if (marks !== null) this.#read(marks);
  }

  get size(): number {
    return this.#size;
  }

  has(item: number, hours: SeenHours, nowMs: number): boolean {
    if (this.#size === 0) return false;
    const first = firstHashOf(this.catalog, item);
    let second: number | undefined;
    for (let at = this.#heads[first & (this.#heads.length - 1)]! - 1; at >= 0; at = this.#next[at]! - 1) {
      if (this.#hashes[2 * at] !== first) continue;
      second ??= secondHash(this.catalog.idOf(item));
      if (this.#hashes[2 * at + 1] !== second) continue;
      const kept = hours[SEEN_TYPES[this.#type[at]!]!];
      if (kept !== undefined && this.#second[at]! * 1_000 > nowMs - kept * 3_600_000) return true;
    }
    return false;
  }

  #read(marks: Buffer): void {
    for (let from = 0; from + MARK_BYTES <= marks.length; from += MARK_BYTES) {
      const type = marks[from + TYPE_AT]!;
      // A type that a later build wrote is passed over.
      if (type < SEEN_TYPES.length) {
        this.#add(marks.readInt32LE(from), marks.readInt32LE(from + 4), type, marks.readUInt32LE(from + SECOND_AT));
      }
    }
  }

  #add(first: number, second: number, type: number, seconds: number): void {
    const chain = first & (this.#heads.length - 1);
    for (let at = this.#heads[chain]! - 1; at >= 0; at = this.#next[at]! - 1) {
      if (this.#type[at] !== type || this.#hashes[2 * at] !== first || this.#hashes[2 * at + 1] !== second) continue;
      this.#second[at] = Math.max(this.#second[at]!, seconds);
      return;
    }
    const at = this.#size++;
    this.#hashes[2 * at] = first;
    this.#hashes[2 * at + 1] = second;
    this.#type[at] = type;
    this.#second[at] = seconds;
    this.#next[at] = this.#heads[chain]!;
    this.#heads[chain] = at + 1;
  }
}
