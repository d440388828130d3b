/** What a user agreed to; absent counts as agreed. */
export interface Consent {
  readonly personalization?: boolean | undefined;
  readonly training?: boolean | undefined;
  readonly experiments?: boolean | undefined;
}

/** Somebody to personalize for. */
export interface User {
  readonly userId: string;
  readonly createdAt: Date | undefined;
  readonly interests: readonly string[];
  readonly consent: Consent | undefined;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Something that can be recommended. */
export interface Item {
  readonly itemId: string;
  readonly title: string;
  readonly text: string;
  readonly tags: readonly string[];
  readonly category: string;
  readonly authorId: string;
  readonly publishedAt: Date | undefined;
  readonly available?: boolean | undefined;
  readonly mediaUrls: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}

/** One user follows another, or no longer does. */
export interface Follow {
  readonly followerId: string;
  readonly followeeId: string;
  readonly since: Date | undefined;
  readonly removed: boolean;
}

/**
 * A user does not want to see anything of an author, or about a topic, or no longer minds. One of the two is named, the other is
 * empty. A topic is a category or a tag of items as they have it: topics are compared as they are written.
 */
export interface Block {
  readonly userId: string;
  readonly authorId: string;
  readonly topic: string;
  readonly since: Date | undefined;
  readonly removed: boolean;
}

/** An entity as it is after a change. */
export type Entity =
  | { readonly kind: 'user'; readonly user: User }
  | { readonly kind: 'item'; readonly item: Item }
  | { readonly kind: 'follow'; readonly follow: Follow }
  | { readonly kind: 'block'; readonly block: Block };

/** A change of one entity. Of two changes the one with the later (acceptedAt, eventId) holds, in whatever order they arrive. */
export interface EntityChange {
  readonly eventId: string;
  readonly acceptedAt: Date;
  readonly entity: Entity;
}

/** The id that a change is keyed by in the log: the entity's own, the follower's, or that of the user who blocks. */
export function keyOf(entity: Entity): string {
  switch (entity.kind) {
    case 'user':
      return entity.user.userId;
    case 'item':
      return entity.item.itemId;
    case 'follow':
      return entity.follow.followerId;
    case 'block':
      return entity.block.userId;
    default:
      return entity satisfies never;
  }
}
