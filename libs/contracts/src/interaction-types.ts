/** Whether an interaction speaks for the item, against it, or says nothing by itself. */
export type Polarity = 'positive' | 'negative' | 'neutral';

/** What the value of an interaction counts, and between which bounds a sound one lies. */
export interface ValueRange {
  readonly min: number;
  readonly max: number;
  readonly unit: string;
}

/** What one type of interaction means, and what its events carry. */
export interface InteractionType {
  /** The word that callers use. */
  readonly name: string;
  readonly polarity: Polarity;
  /**
   * How strongly it speaks, on the scale of a like (1). Negative for a negative type, 0 for a neutral one.
   * A `rating` is scaled by its value: see `strengthOf`.
   */
  readonly strength: number;
  /**
   * What a value means; an event without one is taken. Absent: the value means nothing, and any finite number is taken.
   */
  readonly value?: ValueRange;
  /** An event has a position, because it is about a place of a slate. One without is taken, and counted as incomplete. */
  readonly hasPosition?: true;
  /** What it means, in a sentence. */
  readonly description: string;
}

// A year: more is no time of looking at an item. Public data sets give counts of plays as the weight of a view, so a day is too
// little.
const SECONDS: ValueRange = { min: 0, max: 31_536_000, unit: 'seconds' };
const STARS: ValueRange = { min: 0, max: 5, unit: 'stars' };

/** Every type of interaction that the fleet understands; any other type is rejected at the edge. */
export const INTERACTION_TYPES = [
  {
    name: 'impression',
    polarity: 'neutral',
    strength: 0,
    hasPosition: true,
    description: 'The item was on the screen.',
  },
  {
    name: 'view',
    polarity: 'positive',
    strength: 0.2,
    value: SECONDS,
    description: 'The user opened the item or stayed on it; value is how long, in seconds.',
  },
  { name: 'click', polarity: 'positive', strength: 0.3, description: 'The user followed a link of the item.' },
  { name: 'like', polarity: 'positive', strength: 1, description: 'The user said that the item is good.' },
  { name: 'comment', polarity: 'positive', strength: 1.5, description: 'The user wrote about the item.' },
  { name: 'share', polarity: 'positive', strength: 2, description: 'The user passed the item on.' },
  { name: 'save', polarity: 'positive', strength: 1.5, description: 'The user kept the item for later.' },
  { name: 'follow_author', polarity: 'positive', strength: 1.5, description: "The user followed the item's author." },
  {
    name: 'rating',
    polarity: 'positive',
    strength: 1,
    value: STARS,
    description: 'The user rated the item; value is 0 to 5 stars.',
  },
  { name: 'dislike', polarity: 'negative', strength: -1, description: 'The user said that the item is bad.' },
  { name: 'hide', polarity: 'negative', strength: -2, description: 'The user does not want to see the item again.' },
  { name: 'unhide', polarity: 'neutral', strength: 0, description: 'The user took a hide back.' },
  { name: 'report', polarity: 'negative', strength: -3, description: 'The user reported the item to moderators.' },
] as const satisfies readonly InteractionType[];

/** A word of `INTERACTION_TYPES`. */
export type InteractionTypeName = (typeof INTERACTION_TYPES)[number]['name'];

const BY_NAME: ReadonlyMap<string, InteractionType> = new Map(INTERACTION_TYPES.map((type) => [type.name, type]));

/** The type of that name, or undefined. */
export function interactionType(name: string): InteractionType | undefined {
  return BY_NAME.get(name);
}

/**
 * How strongly one interaction speaks for (or, negative, against) its item, on the scale of a like.
 * A rating of 0 to 5 stars maps linearly so that 3 stars and less say nothing or less: 5 stars 1, 4 stars .5, 3 stars 0,
 * 1 star -1. A rating without a value counts as a like.
 */
export function strengthOf(name: string, value?: number): number {
  const type = BY_NAME.get(name);
  if (type === undefined) return 0;
  if (name === 'rating' && value !== undefined && Number.isFinite(value)) return (Math.min(value, 5) - 3) / 2;
  return type.strength;
}
