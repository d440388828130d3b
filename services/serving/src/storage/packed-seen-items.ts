import type { ItemCatalog, SeenHours, SeenItems } from '../ports';
import { placeOfType, SEEN_TYPES } from './seen-members';

const LINE_BREAK = 10;
const DIGIT_0 = 48;
/** A letter and a colon stand before the item's id. */
const ID_AT = 2;

/**
 * What a user has seen, in 21 bytes and a chain's head per mark, so that thousands of users stay in memory. It is made on the way to
 * nearly every slate, so no text is cut out of what Redis answers: items are known by 64 bits of hash of their ids, and of two
 * different ids nobody will meet two with the same.
 */
export class PackedSeenItems implements SeenItems {
  readonly size: number;
  /** Two numbers per mark: the hashes of its item. */
  readonly #hashes: Int32Array;
  readonly #second: Uint32Array;
  readonly #type: Uint8Array;
  /** The next of the chain and the first of each chain: places plus one, 0 at the end. */
  readonly #next: Int32Array;
  readonly #heads: Int32Array;

  /** `marks`: members and their seconds in turn, a line each, the last one ended too. */
  constructor(
    private readonly catalog: Pick<ItemCatalog, 'idOf'>,
    marks: string,
  ) {
    const count = pairsIn(marks);
    this.#hashes = new Int32Array(2 * count);
    this.#second = new Uint32Array(count);
    this.#type = new Uint8Array(count);
    this.#next = new Int32Array(count);
    this.#heads = new Int32Array(1 << Math.max(2, 32 - Math.clz32(count)));
    this.size = this.#read(marks);
  }

  has(item: number, hours: SeenHours, nowMs: number): boolean {
    if (this.size === 0) return false;
    const id = this.catalog.idOf(item);
    const first = firstHash(id, 0, id.length);
    let second: number | undefined;
    for (let at = this.#heads[first & (this.#heads.length - 1)]! - 1; at >= 0; at = this.#next[at]! - 1) {
      if (this.#hashes[2 * at] !== first) continue;
      second ??= secondHash(id, 0, id.length);
      if (this.#hashes[2 * at + 1] !== second) continue;
      const kept = hours[SEEN_TYPES[this.#type[at]!]!];
      if (kept !== undefined && this.#second[at]! * 1_000 > nowMs - kept * 3_600_000) return true;
    }
    return false;
  }

  /** Returns how many marks it took in: a type that a later build wrote is passed over. */
  #read(marks: string): number {
    let count = 0;
    for (let from = 0; from < marks.length; ) {
      const memberEnd = marks.indexOf('\n', from);
      let seconds = 0;
      let at = memberEnd + 1;
      for (let code = marks.charCodeAt(at); code !== LINE_BREAK && at < marks.length; code = marks.charCodeAt(++at)) {
        seconds = seconds * 10 + (code - DIGIT_0);
      }
      const type = placeOfType(marks.charCodeAt(from));
      if (type >= 0) {
        const first = firstHash(marks, from + ID_AT, memberEnd);
        this.#hashes[2 * count] = first;
        this.#hashes[2 * count + 1] = secondHash(marks, from + ID_AT, memberEnd);
        this.#second[count] = seconds;
        this.#type[count] = type;
        const chain = first & (this.#heads.length - 1);
        this.#next[count] = this.#heads[chain]!;
        this.#heads[chain] = ++count;
      }
      from = at + 1;
    }
    return count;
  }
}

function pairsIn(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines >>> 1;
}

/** FNV-1a over UTF-16 units, its bits mixed as by MurmurHash3's finish, since chains go by the lowest. */
function firstHash(text: string, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) | 0;
}

/** Another hash of the same, by other constants. */
function secondHash(text: string, from: number, to: number): number {
  let hash = to - from;
  for (let at = from; at < to; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  return hash | 0;
}
