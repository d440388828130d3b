/** What slates need to know of an item. */
export interface ItemFacts {
  readonly itemId: string;
  /** False takes it out of every slate. */
  readonly isAvailable: boolean;
  /** Empty where it is not known. */
  readonly authorId: string;
  /** Whether the first topic is its category. */
  readonly hasCategory: boolean;
  readonly topics: readonly string[];
  /** NaN where it is not known. */
  readonly publishedAtMs: number;
}

/** Facts as of one change. Of two changes the one with the later (acceptedAt, eventId) holds. */
export interface ItemChange {
  readonly facts: ItemFacts;
  /** In milliseconds since 1970; 0 for what the feature-store had, which gives way to everything that the log says. */
  readonly acceptedAtMs: number;
  readonly eventId: string;
}

/** An item as the contracts have it. */
export interface StatedItem {
  readonly itemId: string;
  readonly available?: boolean | undefined;
  readonly authorId: string;
  readonly category: string;
  readonly tags: readonly string[];
  readonly publishedAt?: Date | undefined;
}

/** More than an item may have. */
const MAX_TOPICS = 255;

/**
 * What slates need of a stated item. Topics are the category and then the tags as they are written, each once: the first six are what
 * features call the topics of the item, and the others count for whoever hides one of them.
 */
export function itemFactsOf({ itemId, available, authorId, category, tags, publishedAt }: StatedItem): ItemFacts {
  return {
    itemId,
    isAvailable: available !== false,
    authorId,
    hasCategory: category !== '',
    topics: [...new Set([category, ...tags].filter((topic) => topic !== ''))].slice(0, MAX_TOPICS),
    publishedAtMs: publishedAt?.getTime() ?? Number.NaN,
  };
}
