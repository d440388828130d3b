/** What a feature describes. */
export type FeatureEntity = 'user' | 'item';

/** What folds see of an interaction; it reaches the features of its user and of its item. */
export interface InteractionSeen {
  readonly kind: 'interaction';
  readonly type: string;
  /** How strongly it speaks for (or, negative, against) the item, on the scale of a like. */
  readonly strength: number;
  readonly occurredAtMs: number;
}

/** What folds see of a user or an item that was upserted. */
export interface ProfileSeen {
  readonly kind: 'profile';
  /** When the account was made or the item was published; undefined where the caller did not say. */
  readonly bornAtMs: number | undefined;
  readonly occurredAtMs: number;
}

/** What folds see of a follow that began (1) or ended (-1); it reaches both users, each with its side. */
export interface FollowSeen {
  readonly kind: 'follow';
  readonly side: 'follower' | 'followee';
  readonly delta: 1 | -1;
  readonly occurredAtMs: number;
}

/** Everything that features are folded from. */
export type FeatureEvent = InteractionSeen | ProfileSeen | FollowSeen;

/**
 * One feature of one kind of entity: a fold over events and a read.
 *
 * The fold must not depend on the order of events: late and reordered deliveries give the same bytes. Sums of integers,
 * maxima and sums per period do; a running average or a sum of fractions does not.
 */
export interface Feature {
  readonly name: string;
  readonly entity: FeatureEntity;
  readonly valueType: 'number';
  /** `days`, `interactions`, `ratio`; empty for none. */
  readonly unit: string;
  readonly description: string;
  /** The value of a known entity without observations; undefined where there is none then. */
  readonly defaultValue: number | undefined;
  /** After how long without an event of the entity a value no longer counts; 0 for never. */
  readonly timeToLiveSeconds: number;
  readonly owner: string;
  /** Counts changes of the meaning from 1: another fold under the same version would mix two meanings in one state. */
  readonly version: number;
  /** The state of an entity that nothing is known of; its length is the number of slots, for ever. */
  readonly initial: readonly number[];
  /** Folds one event into the feature's own slots, which it changes in place: it runs for every event. */
  readonly on: (event: FeatureEvent, state: Float64Array) => void;
  /** The value at a moment, or undefined where nothing was observed. */
  readonly value: (state: Float64Array, nowMs: number) => number | undefined;
}

/** A slot that was never written. NaN would do, but has many bit patterns; this has one. */
export const NEVER = -1;

/** Milliseconds of a day. */
export const DAY_MS = 86_400_000;
