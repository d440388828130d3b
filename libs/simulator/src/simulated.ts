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

/** A simulated feed: what happened in it, and people who can be shown more. */
export interface Simulation {
  users(): Iterable<SimulatedUser>;
  /** In the order of publication. Some are older than the start. */
  items(): Iterable<SimulatedItem>;
  follows(): Iterable<SimulatedFollow>;
  /** In the order of time. Costs about two bytes of memory per interaction, however many there are. */
  interactions(): Iterable<SimulatedInteraction>;
  /** The truth that recommenders guess at: how much a user likes a post, 0 to 1. */
  trueAffinity(userId: string, itemId: string): number;
  /**
   * What a user does with a post that is shown at a place of a slate (counted from 0): nothing, or a view and what follows
   * from it, or a hide. For closed loops, in which a recommender's slates make the next events.
   */
  respond(userId: string, itemId: string, rng: Rng, position?: number): readonly Reaction[];
}
