import type { SeenMark } from '../domain/seen-changes';

/** The type whose marks are kept apart. */
export const IMPRESSION = 'impression';

/** The types that marks can be of. What is kept names a type by its place, so that places never change and new types come last. */
export const SEEN_TYPES: readonly string[] = [
  ...['view', 'click', 'like', 'comment', 'share', 'save', 'rating', 'dislike', 'follow_author', IMPRESSION],
];

const PLACES: ReadonlyMap<string, number> = new Map(SEEN_TYPES.map((type, place) => [type, place]));

/** A mark as it is kept: 64 bits of hash of the item's id, the second in which it was last done, and the place of the type. */
export const MARK_BYTES = 13;
/** Where the second begins in a mark, counted from 0. */
export const SECOND_AT = 8;
/** Where the type stands in a mark. */
export const TYPE_AT = 12;

/** Marks one after the other; those of types that keep nothing away are left out. */
export function packMarks(marks: readonly SeenMark[]): Buffer {
  const known = marks.filter(({ type }) => PLACES.has(type));
  const packed = Buffer.alloc(known.length * MARK_BYTES);
  known.forEach(({ itemId, type, at }, index) => {
    const from = index * MARK_BYTES;
    packed.writeInt32LE(firstHash(itemId), from);
    packed.writeInt32LE(secondHash(itemId), from + 4);
    // a moment before 1970 is long ago, too
    packed.writeUInt32LE(Math.max(0, Math.floor(at.getTime() / 1_000)), from + SECOND_AT);
    packed.writeUInt8(PLACES.get(type)!, from + TYPE_AT);
  });
  return packed;
}

/** FNV-1a over UTF-16 units, its bits mixed as by MurmurHash3's finish, since chains go by the lowest. What is kept depends on it. */
export function firstHash(itemId: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < itemId.length; at++) hash = Math.imul(hash ^ itemId.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) | 0;
}

/** Another hash of the same, by other constants. What is kept depends on it. */
export function secondHash(itemId: string): number {
  let hash = itemId.length;
  for (let at = 0; at < itemId.length; at++) {
    hash = Math.imul(hash ^ itemId.charCodeAt(at), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  return hash | 0;
}
