/** When a change was accepted and the hash of its id: of two the one with the greater (time, tie) holds, in whatever order they arrive. */
export interface Change {
  readonly changedAtMs: number;
  readonly tie: number;
}

/** What is known of an item from its latest change. Absent numbers are NaN. */
export interface ItemFacts extends Change {
  readonly publishedAtMs: number;
  readonly category: string;
  readonly tags: readonly string[];
  readonly authorId: string;
  readonly authorKey: number;
  readonly contentType: number;
  readonly contentLength: number;
  readonly mediaCount: number;
  readonly sentiment: number;
  readonly readability: number;
  /** The category and the first tags, without repetition: what interests are made of. */
  readonly topics: readonly string[];
}

/** What a user may refuse. */
export interface Refusals {
  readonly personalization: boolean;
  readonly training: boolean;
  readonly experiments: boolean;
}

/** What is known of a user from the latest change of the profile. Absent numbers are NaN. */
export interface UserFacts extends Refusals, Change {
  readonly createdAtMs: number;
  /** What the product says of the user's trustworthiness, 0 to 1. */
  readonly trust: number;
  readonly interests: readonly string[];
}
