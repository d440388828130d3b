import type { Rng } from './random';

/** What to simulate. The same options give the same bytes. */
export interface SimulationOptions {
  readonly seed: number;
  readonly users: number;
  readonly items: number;
  /** The first moment at which something can happen. */
  readonly startTime: Date;
  /** How long it goes on. Default 90. */
  readonly days?: number;
  /** The mean over all users; a few users do many times as much as most. Default 150. */
  readonly interactionsPerUser?: number;
}

/** Somebody in the feed. */
export interface SimulatedUser {
  readonly userId: string;
  readonly createdAt: Date;
  /** The topics that the user declared: not all that the user likes, and often none. */
  readonly interests: readonly string[];
  readonly attributes: { readonly country: string; readonly language: string; readonly ageBand: string };
}

/** A post. */
export interface SimulatedItem {
  readonly itemId: string;
  readonly authorId: string;
  readonly title: string;
  readonly text: string;
  /** Hashtags without their sign. */
  readonly tags: readonly string[];
  readonly category: string;
  readonly publishedAt: Date;
}

/** One user follows another. */
export interface SimulatedFollow {
  readonly followerId: string;
  readonly followeeId: string;
  readonly since: Date;
}

/** What a user of the simulation can do with a post. */
export type SimulatedType = 'view' | 'click' | 'like' | 'comment' | 'share' | 'hide';

/** Something that a user did. */
export interface SimulatedInteraction {
  /** The same for the same options, and different for others, so that two simulations can share a store. */
  readonly eventId: string;
  readonly userId: string;
  readonly itemId: string;
  readonly type: SimulatedType;
  readonly time: Date;
  /** Seconds of a view. */
  readonly value?: number;
}

/** One thing that a user does with a shown post, so many seconds after it was shown. */
export interface Reaction {
  readonly type: SimulatedType;
  readonly afterSeconds: number;
  readonly value?: number;
}

/** What somebody does with a place of a slate, so many seconds after the slate was shown. */
export interface SlateEvent {
  readonly itemId: string;
  /** Counted from 0. */
  readonly position: number;
  readonly type: SimulatedType | 'impression';
  readonly afterSeconds: number;
  /** Seconds of a view. */
  readonly value?: number;
}

/** Who opens the feed for how long. */
export interface SessionOptions {
  /** The same seed gives the same people at the same hours. */
  readonly seed: number;
  /** Only the first so many people of the simulation; all by default. */
  readonly users?: number;
  /** For how many hours, from `startTime` on. Fractions are taken: the last hour is then shorter. */
  readonly hours: number;
  /** How often a person opens the feed a day, on average over people and hours. */
  readonly sessionsPerUserDay: number;
  /** Decides with which hour of which day it begins: nights are quiet, evenings and weekends are busy. */
  readonly startTime: Date;
}

/** Somebody opens the feed. */
export interface SimulatedSession {
  /** Counts the sessions from 0. */
  readonly index: number;
  /** Hours since the start. */
  readonly hour: number;
  readonly userId: string;
  /** The chance of this session alone, so that what somebody does does not depend on who else is there. */
  readonly rng: Rng;
}

/** Some people like other things from some moment on. The same shift of the same simulation changes the same people alike. */
export interface TasteShift {
  readonly seed: number;
  /** How many of all people change, above 0 and up to 1. */
  readonly share: number;
}

/** What people like, and what they do accordingly. */
export interface Tastes {
  /** The truth that recommenders guess at: how much a user likes a post, 0 to 1. */
  trueAffinity(userId: string, itemId: string): number;
  /**
   * What a user does with a post that is shown at a place of a slate (counted from 0): nothing, or a view and what follows
   * from it, or a hide. For closed loops, in which a recommender's slates make the next events.
   */
  respond(userId: string, itemId: string, rng: Rng, position?: number): readonly Reaction[];
  /**
   * What a user does with a whole slate, best first: an impression of each place and the reactions, in the order of time. Items that are
   * not part of the simulation are shown and left alone.
   */
  playSlate(userId: string, itemIds: readonly string[], rng: Rng): readonly SlateEvent[];
}

/** The tastes of the same people, for the same posts, after some of them have changed. */
export interface ShiftedTastes extends Tastes {
  /** Who changed, in the order of the users. */
  readonly shiftedUserIds: readonly string[];
}

/** A simulated feed: what happened in it, and people who can be shown more. */
export interface Simulation extends Tastes {
  users(): Iterable<SimulatedUser>;
  /** In the order of publication. Some are older than the start. */
  items(): Iterable<SimulatedItem>;
  follows(): Iterable<SimulatedFollow>;
  /** In the order of time. Costs about two bytes of memory per interaction, however many there are. */
  interactions(): Iterable<SimulatedInteraction>;
  /** People who open the feed, hour by hour, for closed loops: each session is shown a slate and plays it. */
  sessions(options: SessionOptions): Iterable<SimulatedSession>;
  /**
   * The tastes after a shift, for closed loops that ask `simulation` until some hour and these tastes from then on. What people declared,
   * whom they follow, what is posted and what happened before stay as they are: nobody is told of the shift.
   */
  shifted(shift: TasteShift): ShiftedTastes;
}
