import type { ItemFacts, UserFacts } from './facts';

/** What folds see of an interaction; it reaches the features of its user and of its item. */
export interface InteractionSeen {
  readonly kind: 'interaction';
  readonly type: string;
  /** How strongly it speaks for (or, negative, against) the item, on the scale of a like. */
  readonly strength: number;
  readonly occurredAtMs: number;
  /** The hashes of both ids: see idHash. */
  readonly userKey: number;
  readonly itemKey: number;
  /** What was known of the item when the store learned of the interaction. */
  readonly item: ItemFacts | undefined;
}

/** What folds see of a user that was upserted; `occurredAtMs` is when the change was accepted. */
export interface UserSeen {
  readonly kind: 'user';
  readonly occurredAtMs: number;
  readonly facts: UserFacts;
}

/** What folds see of an item that was upserted; `occurredAtMs` is when the change was accepted. */
export interface ItemSeen {
  readonly kind: 'item';
  readonly occurredAtMs: number;
  readonly facts: ItemFacts;
}

/** What folds see of a follow that began (1) or ended (-1); it reaches both users, each with its side and the other's hash. */
export interface FollowSeen {
  readonly kind: 'follow';
  readonly side: 'follower' | 'followee';
  readonly delta: 1 | -1;
  readonly otherKey: number;
  readonly occurredAtMs: number;
}

/** Everything that features are folded from. */
export type FeatureEvent = InteractionSeen | UserSeen | ItemSeen | FollowSeen;
