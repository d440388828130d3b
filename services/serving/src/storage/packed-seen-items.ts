import type { ItemCatalog, SeenHours, SeenItems } from '../ports';
import { itemOf, placeOfType, SEEN_TYPES } from './seen-members';

/**
 * What a user has seen, in some bytes per mark: thousands of users stay in memory. Marks lie in chains by a hash of the item's
 * number. Items that the catalog does not know when it is made are looked for again when the catalog has grown.
 */
export class PackedSeenItems implements SeenItems {
  readonly size: number;
  readonly #item: Int32Array;
  readonly #second: Uint32Array;
  readonly #type: Uint8Array;
  /** The next of the chain and the first of each chain: places plus one, 0 at the end. */
  readonly #next: Int32Array;
  readonly #heads: Int32Array;
  #count = 0;
  #unknown: readonly string[];
  #catalogSize: number;

  /** `marks`: members and their seconds in turn, as Redis answers. */
  constructor(
    private readonly catalog: Pick<ItemCatalog, 'find' | 'size'>,
    marks: readonly string[],
  ) {
    const size = marks.length / 2;
    this.size = size;
    this.#item = new Int32Array(size);
    this.#second = new Uint32Array(size);
    this.#type = new Uint8Array(size);
    this.#next = new Int32Array(size);
    this.#heads = new Int32Array(1 << Math.max(2, 32 - Math.clz32(size)));
    this.#catalogSize = catalog.size;
    this.#unknown = this.#addAll(marks);
  }

  has(item: number, hours: SeenHours, nowMs: number): boolean {
    if (this.#unknown.length > 0 && this.catalog.size > this.#catalogSize) this.#lookAgain();
    for (let at = this.#heads[this.#bucketOf(item)]! - 1; at >= 0; at = this.#next[at]! - 1) {
      if (this.#item[at] !== item) continue;
      const kept = hours[SEEN_TYPES[this.#type[at]!]!];
      if (kept !== undefined && this.#second[at]! * 1_000 > nowMs - kept * 3_600_000) return true;
    }
    return false;
  }

  /** Returns what the catalog does not know. */
  #addAll(marks: readonly string[]): string[] {
    const unknown: string[] = [];
    for (let at = 0; at < marks.length; at += 2) {
      const type = placeOfType(marks[at]!);
      if (type < 0) continue;
      const item = this.catalog.find(itemOf(marks[at]!));
      if (item < 0) unknown.push(marks[at]!, marks[at + 1]!);
      else this.#add(item, type, Number(marks[at + 1]));
    }
    return unknown;
  }

  #add(item: number, type: number, second: number): void {
    const bucket = this.#bucketOf(item);
    const at = this.#count++;
    this.#item[at] = item;
    this.#second[at] = second;
    this.#type[at] = type;
    this.#next[at] = this.#heads[bucket]!;
    this.#heads[bucket] = at + 1;
  }

  // Fibonacci hashing: neighbours in the catalog go to different chains.
  #bucketOf(item: number): number {
    return (Math.imul(item, 0x9e3779b1) >>> 8) & (this.#heads.length - 1);
  }

  #lookAgain(): void {
    this.#catalogSize = this.catalog.size;
    this.#unknown = this.#addAll(this.#unknown);
  }
}
