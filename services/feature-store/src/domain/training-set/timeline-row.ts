import type { ItemFacts } from '../facts';
import type { FollowSeen, ItemSeen, UserSeen } from '../feature-event';
import type { Times } from './visibility';

/** An interaction on a timeline. */
export interface InteractionRow extends Times {
  readonly kind: 'interaction';
  readonly userId: string;
  readonly itemId: string;
  readonly type: string;
  readonly value: number | undefined;
  /** Which change of the item was known with it: the hash of the change's event id; 0 for none, -1 for the latest. */
  readonly itemChange: number;
  /** What that change made of the item; filled in before the replay. */
  facts: ItemFacts | undefined;
  readonly eventId: string;
  readonly decisionId: string;
  /** Whether it makes an example, as its place in SOURCES; undefined for none. */
  readonly source: 0 | 1 | undefined;
  /** The strength of the example. */
  readonly strength: number;
  /** What was done within its window: one bit for each place in ACTS. */
  readonly acts: number;
}

/** A change of an entity, which counts from its order on. */
interface ChangeRow {
  readonly orderMs: number;
  readonly visibleFromMs: number;
}

/** A user as a change made it. */
export interface UserRow extends ChangeRow {
  readonly kind: 'user';
  readonly userId: string;
  readonly event: UserSeen;
}

/** An item as a change made it. */
export interface ItemRow extends ChangeRow {
  readonly kind: 'item';
  readonly itemId: string;
  readonly event: ItemSeen;
}

/** A follow that began or ended. */
export interface FollowRow extends ChangeRow {
  readonly kind: 'follow';
  readonly followerId: string;
  readonly followeeId: string;
  readonly ofFollower: FollowSeen;
  readonly ofFollowee: FollowSeen;
}

/** One row of a timeline. */
export type TimelineRow = InteractionRow | UserRow | ItemRow | FollowRow;
