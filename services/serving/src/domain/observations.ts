/** What a user did with an item lately. */
export interface Deed {
  /** The number of the item. */
  readonly item: number;
  /** On the scale of a like; negative where it speaks against the item. */
  readonly strength: number;
  readonly atMs: number;
}

/** What a user is held to want or not to want, beyond what the model has learned of the user. */
export interface Observation {
  readonly item: number;
  /** Positive, on the scale of a like. */
  readonly strength: number;
  /** The score that the item should have: 1 for what the user chose, 0 for what the user turned down. */
  readonly target: 0 | 1;
}

/** The newest deeds count whether the model has learned them or not: what somebody is after now shows in them. */
const NEWEST = 10;
/** Older ones count where the model has not learned them; beyond so many they say little, and the cost grows with their square. */
const MOST_POSITIVE = 24;
const MOST_NEGATIVE = 8;

/** A hide, on the scale of a like. */
const HIDE_STRENGTH = 2;

/** What a user did, as it is kept. */
export interface Deeds {
  /** Newest first. */
  readonly recents: readonly Deed[];
  /** What the user spoke against, newest first. */
  readonly rejected: readonly Deed[];
  readonly hidden: ReadonlySet<number>;
}

/**
 * What counts beside what the model learned until `sinceMs`: the newest deeds, and those that it does not know. Of an item the latest
 * deed decides: what was hidden or turned down after it was liked is not liked any more. What is hidden counts whenever it was hidden,
 * because the model may have learned that it was liked. The same deeds give the same observations, however often they were delivered.
 */
export function observationsFrom({ recents, rejected, hidden }: Deeds, sinceMs: number): Observation[] {
  const against = new Map<number, Deed>();
  for (const deed of rejected) if (!against.has(deed.item)) against.set(deed.item, deed);
  const positive = new Map<number, number>();
  for (const { item, strength, atMs } of recents) {
    if (!(strength > 0) || hidden.has(item) || (against.get(item)?.atMs ?? Number.NEGATIVE_INFINITY) >= atMs) continue;
    const counts = positive.has(item) || positive.size < NEWEST || (positive.size < MOST_POSITIVE && atMs > sinceMs);
    if (counts) positive.set(item, (positive.get(item) ?? 0) + strength);
  }
  const negative = new Map<number, number>();
  for (const { item, strength } of against.values()) {
    if (negative.size < MOST_NEGATIVE && strength < 0 && !positive.has(item)) negative.set(item, -strength);
  }
  for (const item of hidden) {
    if (negative.size === MOST_NEGATIVE + MOST_POSITIVE) break;
    if (!negative.has(item)) negative.set(item, HIDE_STRENGTH);
  }
  return [
    ...Array.from(positive, ([item, strength]) => ({ item, strength, target: 1 as const })),
    ...Array.from(negative, ([item, strength]) => ({ item, strength, target: 0 as const })),
  ];
}
