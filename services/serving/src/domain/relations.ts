/** Whom a user follows and what the user blocks. */
export interface Relations {
  /** Newest first. */
  readonly followees: readonly string[];
  readonly blockedAuthors: readonly string[];
  readonly hiddenTopics: readonly string[];
}

/** What a user can say of others: follow somebody, block an author, hide a topic. */
export type RelationKind = 'followee' | 'author' | 'topic';

/** What a user says of one target as of one change. Of two changes the one with the later (acceptedAt, eventId) holds. */
export interface RelationChange {
  readonly userId: string;
  readonly kind: RelationKind;
  /** A user's id, an author's id or a topic. */
  readonly target: string;
  /** False where the user takes it back. */
  readonly holds: boolean;
  readonly acceptedAt: Date;
  readonly eventId: string;
}

/** A user who said nothing. */
export const NO_RELATIONS: Relations = { followees: [], blockedAuthors: [], hiddenTopics: [] };

/** The numbers of names. What nothing has as its author or topic has no number, and can take nothing out. */
export function numbersOf(names: readonly string[], find: (name: string) => number): ReadonlySet<number> {
  return new Set(names.map(find).filter((number) => number >= 0));
}
