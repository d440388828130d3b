import type { EntityState } from '../entity-state';
import type { FeatureEvent } from '../feature-event';

/** What a feature describes. */
export type FeatureEntity = 'user' | 'item' | 'user_item';

/** The views that hold states. Those of one entity are apart where they change at different rates. */
export type ViewName = 'user' | 'user_graph' | 'item';

/** A name with its score, for instance a topic and how much of somebody's interest it has. */
export interface ScoredName {
  readonly name: string;
  readonly score: number;
}

/** What values can be. */
export type FeatureValue = number | string | readonly number[] | readonly ScoredName[];

/** The word for the type of a value. */
export type ValueType = 'number' | 'text' | 'numbers' | 'scored_names';

/** The states that a read has at hand; one that nothing is known of is undefined. */
export interface StatesAtHand {
  readonly user?: EntityState | undefined;
  readonly userGraph?: EntityState | undefined;
  readonly item?: EntityState | undefined;
  /** The states of the item's author. */
  readonly author?: EntityState | undefined;
  readonly authorGraph?: EntityState | undefined;
}

/** What a read is given: a feature's own slots lie in `slots` from `at` on. */
export interface Reading {
  readonly slots: Float64Array;
  readonly at: number;
  readonly nowMs: number;
  readonly states: StatesAtHand;
  /** The hash of the item's id; 0 where no item is read. */
  readonly itemKey: number;
}

/**
 * One feature: a fold over events and a read. A feature of a pair (user_item) has no fold of its own: it is computed from the
 * states of both.
 *
 * The fold must not depend on the order of events: late and reordered deliveries give the same bytes. Sums of whole numbers,
 * maxima, sums per period and the greatest N of a set do; a running average or a sum of fractions does not.
 */
export interface Feature {
  readonly name: string;
  readonly entity: FeatureEntity;
  /** The view whose state holds the slots, or whose parts the read looks at. */
  readonly view: ViewName | 'user_item';
  readonly valueType: ValueType;
  /** `days`, `interactions`, `ratio`; empty for none. */
  readonly unit: string;
  readonly description: string;
  /** The value of a known entity without observations; undefined where there is none then. */
  readonly defaultValue: number | undefined;
  /** After how long without an event that this feature observes its value no longer counts; 0 for never. */
  readonly timeToLiveSeconds: number;
  readonly owner: string;
  /** Counts changes of the meaning from 1: another fold under the same version would mix two meanings in one state. */
  readonly version: number;
  /** The slots of an entity that nothing is known of; their number is fixed. Empty where the read looks at parts alone. */
  readonly initial: readonly number[];
  /**
   * Folds one event into the feature's own slots, which begin at `at` and are changed in place: it runs for every event. Says
   * whether the feature observed the event, which is what its time to live counts from.
   */
  readonly on?: (event: FeatureEvent, slots: Float64Array, at: number) => boolean;
  /** The value at a moment, or undefined where nothing was observed. */
  readonly value: (reading: Reading) => FeatureValue | undefined;
  /**
   * Of a pair, where much of the read depends on the user alone: does that once and gives what reads the items of many pairs. It
   * says what `value` says, to the last bit.
   */
  readonly forUser?: (states: Pick<StatesAtHand, 'user' | 'userGraph'>, nowMs: number) => Feature['value'];
  /** Set where the read needs the states of the item's author. */
  readonly needsAuthor?: true;
}

/** A slot that was never written. NaN would do, but has many bit patterns; this has one. */
export const NEVER = -1;

/** Milliseconds of a day. */
export const DAY_MS = 86_400_000;
