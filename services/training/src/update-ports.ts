import type {
  FactorSpace,
  FactorUpdate,
  LearnedFactors,
  NewInteraction,
  WaitingInteractions,
} from './domain/factor-update';
import type { RunProblem } from './domain/run';
import type { Dataset } from './ports';

/** Keeps what came in since the data set of the version in production. */
export interface NewInteractions {
  /** From when on interactions are needed: by the version in production, by one that may follow it, by a run; undefined for none. */
  neededSince(now: Date): Promise<Date | undefined>;
  /** Keeps each event once, and none of what forgotten users did before they were. Returns how many were new. */
  add(interactions: readonly NewInteraction[], isNewItem: (itemId: string) => boolean, now: Date): Promise<number>;
  /** What waits for a round in the space; counted up to `most`. */
  waiting(space: FactorSpace, most: number): Promise<WaitingInteractions>;
  /** Everything since `space.since` about the users and the items of the round. */
  ofUpdate(updateId: string, space: FactorSpace): Promise<readonly NewInteraction[]>;
  /** The users of the round itself, and the items. */
  subjectsOf(updateId: string): Promise<{ readonly userIds: readonly string[]; readonly itemIds: readonly string[] }>;
  /** Takes out what these users did. */
  removeOf(userIds: readonly string[]): Promise<void>;
  /** Takes out what no version needs any more, and the oldest beyond `most`. */
  prune(neededSince: Date | undefined, most: number): Promise<void>;
}

/** Rounds of learning, and what they learned. */
export interface FactorUpdates {
  /** Learns in this space from now on; in another than before everything is learned anew. Returns whether it is another. */
  enter(space: FactorSpace): Promise<boolean>;
  /** The newest round of the version. */
  last(space: FactorSpace): Promise<FactorUpdate | undefined>;
  get(updateId: string): Promise<FactorUpdate | undefined>;
  /** Begins a round with what waits, at most `most`; undefined where one is under way or nothing waits. */
  begin(update: {
    readonly updateId: string;
    readonly space: FactorSpace;
    readonly now: Date;
    readonly most: number;
  }): Promise<FactorUpdate | undefined>;
  /** Rounds that are under way: for a queue that lost its jobs. */
  unfinished(): Promise<readonly string[]>;
  /** What earlier rounds learned in the space: all items, and these users. */
  learned(digest: string, userKeys: readonly string[]): Promise<LearnedFactors>;
  /** Keeps what a round learned, whole or not at all, without users who were forgotten since it began. False where it is not queued. */
  keep(updateId: string, learned: LearnedFactors): Promise<boolean>;
  /** What the round learned. */
  factorsOf(updateId: string): Promise<LearnedFactors>;
  /** Takes out what is known of rounds that ended before. */
  forgetEndedBefore(moment: Date): Promise<void>;
  /** Ends a round; what one learned from that failed waits for another. */
  end(updateId: string, state: 'published' | 'failed' | 'dropped', now: Date, problem?: RunProblem): Promise<void>;
}

/** Knows who refuses that models learn from what they do. */
export interface TrainingConsents {
  refusing(userIds: readonly string[], options: { readonly signal: AbortSignal }): Promise<ReadonlySet<string>>;
}

/** Tells whether a version knows an item, by its artifact. */
export interface KnownItems {
  of(digest: string): Promise<(itemId: string) => boolean>;
}

/** What a round learns from. Users are keyed hashes. */
export interface RefitQuestion {
  readonly digest: string;
  /** The data set of the version; absent where an erasure took it away. */
  readonly dataset?: Dataset;
  readonly interactions: readonly {
    readonly userKey: string;
    readonly itemId: string;
    readonly type: string;
    readonly value?: number;
    readonly timeMs: number;
  }[];
  /** Of the round itself. */
  readonly userKeys: readonly string[];
  readonly itemIds: readonly string[];
  readonly learned: LearnedFactors;
}

/** Learns factors outside of this process. */
export interface FactorRefitter {
  refit(question: RefitQuestion, options: { readonly signal: AbortSignal }): Promise<LearnedFactors>;
}

/** Hands rounds to workers. */
export interface UpdateQueue {
  add(updateId: string): Promise<void>;
}

/** Tells the fleet what a round learned; telling it again gives the same records. */
export interface FactorPublisher {
  publish(update: FactorUpdate, learned: LearnedFactors): Promise<void>;
}
