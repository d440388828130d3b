import type { EntityChange } from './domain/entity';
import type { FeatureView } from './domain/feature-view';
import type { AcceptedInteraction } from './domain/interaction';
import type { EntityState } from './domain/packed-state';

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

/** The log that changes of users, items and follows are accepted into. */
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

/** States of one view, by entity id. */
export type States = ReadonlyMap<string, EntityState>;

/** What one transaction of a consumer can do: all of it happens, or nothing. */
export interface EffectTransaction {
  /** Adds interactions to the history and returns the ids of those that it did not have yet; undefined for all of them. */
  addInteractions(interactions: readonly AcceptedInteraction[]): Promise<Set<string> | undefined>;
  /** Keeps those profiles that are later than what is known, and returns their ids. At most one per id. */
  putProfiles(kind: 'user' | 'item', profiles: readonly StoredProfile[]): Promise<ReadonlySet<string>>;
  /** Keeps those follows that are later than what is known, and returns those that began or ended. At most one per pair. */
  putFollows(follows: readonly StoredFollow[]): Promise<readonly StoredFollow[]>;
  /** Keeps decisions that are not known yet and returns how many. */
  putDecisions(decisions: readonly StoredDecision[]): Promise<number>;
  /** Locks the states that exist among these ids, in the order of the ids. */
  lockStates(view: FeatureView, entityIds: readonly string[]): Promise<States>;
  /** Saves states whose version is one above what is stored, and returns the ids of those that were not. */
  saveStates(view: FeatureView, states: States): Promise<ReadonlySet<string>>;
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

/** The truth: history, entities, decisions and feature states. */
export interface EventStore {
  /** Runs a consumer's effects in one transaction; again from the start when rows were in each other's way. */
  transaction<T>(run: (tx: EffectTransaction) => Promise<T>, options?: CallOptions): Promise<T>;
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
  /** All states of a view in pages, in the order of their ids. */
  allStates(view: FeatureView, options?: CallOptions): AsyncIterable<States>;
}

/** The key of a pair of users: no id contains a control character. */
export function followKey({ followerId, followeeId }: Pick<StoredFollow, 'followerId' | 'followeeId'>): string {
  return `${followerId}\n${followeeId}`;
}

/** Fast reads of feature states: a projection that may be lost and is rebuilt from the store. */
export interface FeatureProjection {
  /** Writes states; an older version never overwrites a newer one. */
  put(view: FeatureView, states: States): Promise<void>;
  /** One read for all; undefined while the projection does not hold everything. */
  get(view: FeatureView, entityIds: readonly string[]): Promise<States | undefined>;
  /** Whether everything is there, as this instance of the server has held it since it was rebuilt. */
  isWhole(): Promise<boolean>;
  /** Says that everything is there now. */
  markWhole(): Promise<void>;
  /** Calls `listener` whenever the server was away and is back. */
  onReturn(listener: () => void): void;
}

/** One event as the tables have it, with the entity that it reaches. */
export type KeptEvent = { readonly entityId: string; readonly occurredAtMs: number } & (
  | { readonly kind: 'interaction'; readonly type: string; readonly value: number | undefined }
  | { readonly kind: 'profile'; readonly bornAtMs: number | undefined }
  | { readonly kind: 'follow'; readonly side: 'follower' | 'followee'; readonly removed: boolean }
);

/** What a fold of everything from the start can do: nobody else changes states meanwhile. */
export interface RefoldTransaction {
  /** The schema under which the states of a view were folded, if they ever were. */
  schemaOf(view: FeatureView): Promise<string | undefined>;
  setSchema(view: FeatureView): Promise<void>;
  /** Keeps everybody else from changing states until the transaction ends. */
  lockAll(): Promise<void>;
  /** Everything that reached entities of the view, in the order of their ids, in batches. */
  events(view: FeatureView): AsyncIterable<readonly KeptEvent[]>;
  /** The versions of those states that exist, whatever their schema. */
  versions(view: FeatureView, entityIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  saveStates(view: FeatureView, states: States): Promise<ReadonlySet<string>>;
}

/** Runs a refold in one transaction. */
export type RefoldStore = <T>(run: (tx: RefoldTransaction) => Promise<T>) => Promise<T>;

/** Which interactions a training set holds. */
export interface HistorySlice {
  readonly from: Date | undefined;
  readonly to: Date;
  /** Only what was accepted by then. */
  readonly knownAt: Date;
}

/** One interaction of a training set. */
export interface HistoryRow {
  readonly userId: string;
  readonly itemId: string;
  readonly type: string;
  readonly value: number | undefined;
  readonly occurredAtMs: number;
}

/** The history as training reads it. */
export interface HistoryReader {
  /** About how many rows a slice can have at most. */
  rowCountEstimate(options?: CallOptions): Promise<number>;
  /** The slice in the order of user, time and event id, in batches, from one moment's state of the database. */
  rows(slice: HistorySlice, options?: CallOptions): AsyncIterable<readonly HistoryRow[]>;
}

/** Writes the files of one training set: nothing is visible as a data set before `finish`. */
export interface DatasetWriter extends AsyncDisposable {
  add(rows: readonly HistoryRow[]): Promise<void>;
  /** Closes the files and gives them their final names. */
  finish(describe: (contentHash: string, objectKeys: readonly string[]) => object): Promise<DatasetFiles>;
}

/** The files of a finished training set. */
export interface DatasetFiles {
  readonly contentHash: string;
  readonly objectKeys: readonly string[];
}
