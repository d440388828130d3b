import { idHash } from '../../domain/id-hash';
import type { Place } from './spill-file';

const FIRST_SLOTS = 1_024;

/** A place with how much room there is. */
export interface RoomyPlace extends Place {
  readonly capacity: number;
}

/**
 * Where the state of each entity lies, in about fifty bytes per entity however long the ids are: an open table of two hashes of
 * the id, 84 bits together, so that two of a hundred million ids meet once in a billion replays.
 */
export class PlaceIndex {
  #hashes = new Float64Array(FIRST_SLOTS);
  #checks = new Uint32Array(FIRST_SLOTS);
  #offsets = new Float64Array(FIRST_SLOTS);
  #lengths = new Uint32Array(FIRST_SLOTS);
  #capacities = new Uint32Array(FIRST_SLOTS);
  #count = 0;

  /** Where an entity's state lies, or undefined. */
  get(id: string): RoomyPlace | undefined {
    const at = this.#slotOf(idHash(id), checkOf(id));
    const capacity = this.#capacities[at]!;
    return capacity === 0 ? undefined : { offset: this.#offsets[at]!, length: this.#lengths[at]!, capacity };
  }

  set(id: string, place: RoomyPlace): void {
    this.#put(idHash(id), checkOf(id), place);
    if (this.#count * 3 > this.#hashes.length * 2) this.#grow();
  }

  #put(hash: number, check: number, { offset, length, capacity }: RoomyPlace): void {
    const at = this.#slotOf(hash, check);
    if (this.#capacities[at] === 0) this.#count++;
    this.#hashes[at] = hash;
    this.#checks[at] = check;
    this.#offsets[at] = offset;
    this.#lengths[at] = length;
    this.#capacities[at] = capacity;
  }

  #slotOf(hash: number, check: number): number {
    const mask = this.#hashes.length - 1;
    let at = check & mask;
    while (this.#capacities[at] !== 0 && (this.#hashes[at] !== hash || this.#checks[at] !== check))
      at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const before = { hashes: this.#hashes, checks: this.#checks, offsets: this.#offsets, lengths: this.#lengths };
    const capacities = this.#capacities;
    const slots = 2 * capacities.length;
    this.#hashes = new Float64Array(slots);
    this.#checks = new Uint32Array(slots);
    this.#offsets = new Float64Array(slots);
    this.#lengths = new Uint32Array(slots);
    this.#capacities = new Uint32Array(slots);
    this.#count = 0;
    for (let at = 0; at < capacities.length; at++) {
      if (capacities[at] === 0) continue;
      const place = { offset: before.offsets[at]!, length: before.lengths[at]!, capacity: capacities[at]! };
      this.#put(before.hashes[at]!, before.checks[at]!, place);
    }
  }
}

/** FNV-1a over the UTF-16 units, finished like MurmurHash3's fmix32. */
function checkOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
