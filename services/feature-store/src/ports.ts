import type { Block, EntityChange, Item, User } from './domain/entity';
import type { EntityState } from './domain/entity-state';
import type { FeatureEvent } from './domain/feature-event';
import type { FeatureView } from './domain/feature-view';
import type { StatesAtHand } from './domain/features/feature';
import type { AcceptedInteraction } from './domain/interaction';

/** Tells the time. */
export type Clock = () => Date;

/** What every waiting call may be told. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The log that interactions are accepted into. */
export interface InteractionPublisher {
  /** Resolves when the log has all of them. */
  publish(interactions: readonly AcceptedInteraction[], options?: CallOptions): Promise<void>;
  /** How many interactions and entity changes of the log this service has still to apply. */
  pendingCount(): Promise<number>;
}

/** The log that changes of users, items, follows and blocks are accepted into. */
export interface EntityPublisher {
  /** Resolves when the log has all of them. */
  publish(changes: readonly EntityChange[], options?: CallOptions): Promise<void>;
}

/** The event ids of the last hours, so that a producer learns of most of its duplicates. It may forget: consumers do not. */
export interface RecentEventIds {
  look(eventIds: readonly string[]): Promise<RecentLook>;
}

/** What is known of some event ids. */
export interface RecentLook {
  /** Those that were added lately. */
  readonly known: ReadonlySet<string>;
  /** Adds the others. */
  add(): Promise<void>;
}

/** Where a consumer stands in one partition. */
export interface LogPosition {
  readonly topic: string;
  readonly partition: number;
  readonly position: string;
}

/** A decision record with what it is found by. */
export interface StoredDecision {
  readonly decisionId: string;
  readonly userId: string;
  readonly decidedAt: Date;
  /** The contract's message. */
  readonly record: Uint8Array;
}

/** A user or an item as the log told it, ready to be kept. */
export interface StoredProfile {
  readonly id: string;
  readonly profile: { readonly kind: 'user'; readonly user: User } | { readonly kind: 'item'; readonly item: Item };
  /** The contract's message. */
  readonly record: Uint8Array;
  readonly contentHash: Buffer;
  /** When the account was made or the item was published. */
  readonly bornAt: Date | undefined;
  readonly acceptedAt: Date;
  readonly eventId: string;
}

/** A follow as the log told it, ready to be kept. */
export interface StoredFollow {
  readonly followerId: string;
  readonly followeeId: string;
  readonly since: Date | undefined;
  readonly removed: boolean;
  readonly contentHash: Buffer;
  readonly acceptedAt: Date;
  readonly eventId: string;
}

/** A block as the log told it, ready to be kept. */
export interface StoredBlock extends Block {
  /** The contract's message. */
  readonly record: Uint8Array;
  readonly contentHash: Buffer;
  readonly acceptedAt: Date;
  readonly eventId: string;
}

/** A change of an entity as the log told it, ready to be kept. */
export type StoredChange = StoredProfile | StoredFollow | StoredBlock;

/** States of one view, by entity id. */
export type States = ReadonlyMap<string, EntityState>;

/** An interaction with which change of its item was known: the hash of that change's event id, 0 for none. */
export interface KnownInteraction {
  readonly event: AcceptedInteraction;
  readonly itemChange: number;
}

/** A change of an entity for the history, and whether it took effect. */
export interface KnownChange {
  readonly change: StoredChange;
  readonly isKept: boolean;
}

/**
 * What one transaction of a consumer can do: all of it happens, or nothing. Everything that it adds to the history has one number,
 * drawn by `nextSeq` after the states that it changes were locked: so a state holds exactly the events whose number is at most its
 * version.
 */
export interface EffectTransaction {
  /** Remembers event ids for ever and returns those that were not known; undefined for all of them. */
  addNewIds(eventIds: readonly string[]): Promise<Set<string> | undefined>;
  /** Locks the states of these ids, in the order of the ids; one that did not exist is as it begins. */
  lockStates(view: FeatureView, entityIds: readonly string[]): Promise<ReadonlyMap<string, EntityState>>;
  /** The number of this transaction in the history. */
  nextSeq(): Promise<number>;
  /** Adds interactions to the history. */
  addInteractions(seq: number, interactions: readonly KnownInteraction[]): Promise<void>;
  /** Adds changes of entities to the history. */
  addChanges(seq: number, changes: readonly KnownChange[]): Promise<void>;
  /** Adds decisions to the history. */
  addDecisions(seq: number, decisions: readonly StoredDecision[]): Promise<void>;
  /** Keeps those profiles that are later than what is known, and returns their ids. At most one per id. */
  putProfiles(kind: 'user' | 'item', profiles: readonly StoredProfile[]): Promise<ReadonlySet<string>>;
  /** Keeps those follows that are later than what is known, and returns those that began or ended. At most one per pair. */
  putFollows(follows: readonly StoredFollow[]): Promise<readonly StoredFollow[]>;
  /** Keeps those blocks that are later than what is known, and returns those that began or ended. At most one per target. */
  putBlocks(blocks: readonly StoredBlock[]): Promise<readonly StoredBlock[]>;
  /** Saves states that were locked. */
  saveStates(view: FeatureView, states: States): Promise<void>;
  /** Notes how far the partition was applied. */
  advance(position: LogPosition, appliedCount: number): Promise<void>;
}

/** Counts of what the store holds. */
export interface StoreCounts {
  readonly userCount: number;
  readonly itemCount: number;
  readonly followCount: number;
  readonly interactionCount: number;
  readonly decisionCount: number;
}

/** Whom a user follows and what the user blocks. */
export interface Relations {
  /** Newest first, at most 1,000. */
  readonly followeeIds: readonly string[];
  readonly blockedAuthorIds: readonly string[];
  readonly hiddenTopics: readonly string[];
}

/** How much of the items is read at most. */
export interface ItemPageSize {
  readonly count: number;
  /** Items that begin behind so many bytes come without their records; the first one never does. */
  readonly bytes: number;
}

/** An item of a list; without its record where the page is full. */
export interface ListedItem {
  readonly itemId: string;
  /** The contract's message. */
  readonly record: Uint8Array | undefined;
}

/** The truth: history, entities, decisions and feature states. */
export interface EventStore {
  /**
   * Runs a consumer's effects in one transaction, which becomes known at `knownAt`; again from the start when rows were in each
   * other's way.
   */
  transaction<T>(knownAt: Date, run: (tx: EffectTransaction) => Promise<T>, options?: CallOptions): Promise<T>;
  /** The content hashes of those profiles that are known, by id. */
  profileHashes(
    kind: 'user' | 'item',
    ids: readonly string[],
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, Buffer>>;
  /** The content hashes of those follows that are known, by `followKey`. */
  followHashes(
    pairs: readonly Pick<StoredFollow, 'followerId' | 'followeeId'>[],
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, Buffer>>;
  /** The content hashes of those blocks that are known, by `blockKey`. */
  blockHashes(blocks: readonly BlockTarget[], options?: CallOptions): Promise<ReadonlyMap<string, Buffer>>;
  /** Whom users follow and what they block, by user; those who said nothing are not there. */
  relations(userIds: readonly string[], options?: CallOptions): Promise<ReadonlyMap<string, Relations>>;
  /** The items after an id, in the order of their ids. */
  itemsAfter(itemId: string, size: ItemPageSize, options?: CallOptions): Promise<readonly ListedItem[]>;
  /** The records of those profiles that are known, by id. */
  profiles(
    kind: 'user' | 'item',
    ids: readonly string[],
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, Uint8Array>>;
  /** A decision record, or undefined. */
  decision(decisionId: string, options?: CallOptions): Promise<Uint8Array | undefined>;
  counts(options?: CallOptions): Promise<StoreCounts>;
  states(view: FeatureView, entityIds: readonly string[], options?: CallOptions): Promise<States>;
  /** About how many states there are. */
  stateCount(options?: CallOptions): Promise<number>;
  /** All states of a view in pages, in the order of their ids. */
  allStates(view: FeatureView, options?: CallOptions): AsyncIterable<States>;
}

/** The key of a pair of users: no id contains a control character. */
export function followKey({ followerId, followeeId }: Pick<StoredFollow, 'followerId' | 'followeeId'>): string {
  return `${followerId}\n${followeeId}`;
}

/** What tells one block from another. */
export type BlockTarget = Pick<Block, 'userId' | 'authorId' | 'topic'>;

/** The key of a block: no id and no topic contains a control character. */
export function blockKey({ userId, authorId, topic }: BlockTarget): string {
  return `${userId}\n${authorId}\n${topic}`;
}

/** Whose states are read: of users both views, of items theirs and, where asked for, those of their authors. */
export interface StatesQuestion {
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  readonly withAuthors: boolean;
}

/** The states that were read. */
export interface StatesAnswer {
  ofUser(userId: string): Pick<StatesAtHand, 'user' | 'userGraph'>;
  ofItem(itemId: string): Pick<StatesAtHand, 'item' | 'author' | 'authorGraph'>;
}

/** Fast reads of feature states: a projection that may be lost and is rebuilt from the store. */
export interface FeatureProjection {
  /** Writes states; an older version never overwrites a newer one. */
  put(view: FeatureView, states: States): Promise<void>;
  /** Removes states that are older than a number of the history. */
  remove(view: FeatureView, entityIds: readonly string[], before: number): Promise<void>;
  /** One read for all; undefined while the projection does not hold everything. */
  read(question: StatesQuestion): Promise<StatesAnswer | undefined>;
  /** Whether everything is there, as this instance of the server has held it since it was rebuilt. */
  isWhole(): Promise<boolean>;
  /** Says that everything is there now. */
  markWhole(): Promise<void>;
  /** Calls `listener` whenever the server was away and is back. */
  onReturn(listener: () => void): void;
}

/** What a fold of everything from the start can do: nobody else changes states meanwhile. */
export interface RefoldTransaction {
  /** The schema under which the states of a view were folded, if they ever were. */
  schemaOf(view: FeatureView): Promise<string | undefined>;
  setSchema(view: FeatureView): Promise<void>;
  /** Keeps everybody else from changing states until the transaction ends. */
  lockAll(): Promise<void>;
  /** The number that the folded states get as their version. */
  nextSeq(): Promise<number>;
  /** Everything that reached entities of the view, in the order of their ids, in batches. */
  events(view: FeatureView): AsyncIterable<readonly HistoryEvent[]>;
  /** Puts states in the place of those that are there. */
  replaceStates(view: FeatureView, states: States): Promise<void>;
}

/** One event of the history with the entity that it reaches. */
export interface HistoryEvent {
  readonly entityId: string;
  readonly event: FeatureEvent;
}

/** Runs a refold in one transaction. */
export type RefoldStore = <T>(run: (tx: RefoldTransaction) => Promise<T>) => Promise<T>;
