/** The type whose marks are kept apart. */
export const IMPRESSION = 'impression';

/** A letter per type of interaction: what is kept is a letter, a colon and the item's id. Letters are never given to another type. */
const CODES: Readonly<Record<string, string>> = {
  view: 'v',
  click: 'c',
  like: 'l',
  comment: 'm',
  share: 'h',
  save: 's',
  rating: 'r',
  dislike: 'd',
  follow_author: 'f',
  [IMPRESSION]: 'i',
};

/** The types by their place; what is read keeps the place. */
export const SEEN_TYPES: readonly string[] = Object.keys(CODES);

// By the letters' codes.
const PLACES = new Int8Array(128).fill(-1);
SEEN_TYPES.forEach((type, place) => {
  PLACES[CODES[type]!.charCodeAt(0)] = place;
});

/** What is kept for a type and an item; undefined for a type that keeps nothing away. */
export function memberOf(type: string, itemId: string): string | undefined {
  const code = CODES[type];
  return code === undefined ? undefined : `${code}:${itemId}`;
}

/** The place in `SEEN_TYPES` of what a letter says, by its code; -1 for one that a later build wrote. */
export function placeOfType(code: number): number {
  return PLACES[code] ?? -1;
}
