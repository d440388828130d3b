import type { Item } from './domain/entity';
import type { FeatureView } from './domain/feature-view';
import type { CallOptions, EffectTransaction, HistoryEvent } from './ports';

/** Who was forgotten, as this process knows it. */
export interface ForgottenWatch {
  /** Learns of everybody who was forgotten before the call. */
  refresh(): Promise<void>;
  /** Whether something of a user that happened, or was accepted, at a moment must not come back. */
  covers(userId: string, atMs: number): boolean;
  /** How often somebody was forgotten so far. */
  readonly count: number;
  /** The keyed hashes of those who were forgotten since there were so many. */
  since(count: number): readonly string[];
}

/** How far an erasure is: nothing is gone yet, gone from this store, every service was asked, or all is done. */
export type ErasureState = 'requested' | 'erased' | 'asked' | 'done';

/** Counts of what was erased, by kind. */
export type ErasedCounts = Readonly<Record<string, number>>;

/** An erasure; the id of the user is known until it is done. */
export interface Erasure {
  readonly erasureId: string;
  readonly userId: string;
  readonly userKey: string;
  /** What happened, or was accepted, until then goes. */
  readonly requestedAt: Date;
  readonly state: ErasureState;
  readonly erasedCounts: ErasedCounts;
  /** Data sets that held the user and are gone. */
  readonly datasetIds: readonly string[];
  /** States of the user with a lower version are of before; 0 while they are still there. */
  readonly erasedSeq: number;
}

/** A service says that it has erased a user. */
export interface ErasureReceipt {
  readonly erasureId: string;
  readonly service: string;
  readonly erasedCounts: ErasedCounts;
  readonly doneAt: Date;
  /** The signed receipt. */
  readonly receipt: Uint8Array;
}

/** Erasures and their receipts. */
export interface Erasures {
  /**
   * From when this resolves on nothing of the user that happened before comes back. Joins an erasure of the user that is under way,
   * and gives the last one where nothing is held about the user since.
   */
  begin(userId: string, requestedAt: Date): Promise<{ readonly erasureId: string }>;
  /** Those that are not done. */
  open(options?: CallOptions): Promise<readonly string[]>;
  find(erasureId: string, options?: CallOptions): Promise<Erasure | undefined>;
  /** Notes how far it is; counts are added to those that are known. */
  advance(erasureId: string, progress: ErasureProgress): Promise<void>;
  /** The erasure is done, and the id of the user is forgotten. */
  finish(erasureId: string, doneAt: Date, counts: ErasedCounts): Promise<void>;
  /** Keeps a receipt, once per service. */
  addReceipt(receipt: ErasureReceipt): Promise<void>;
  receipts(erasureId: string, options?: CallOptions): Promise<readonly ErasureReceipt[]>;
  /** Runs what only one process may do at a time; false when another one does it. */
  exclusively(erasureId: string, run: () => Promise<void>): Promise<boolean>;
}

/** How far an erasure is now. */
export interface ErasureProgress {
  readonly state?: ErasureState;
  readonly counts?: ErasedCounts;
  readonly datasetIds?: readonly string[];
}

/** Whose data goes, and up to when. */
export type Whom = Pick<Erasure, 'erasureId' | 'userId' | 'userKey' | 'requestedAt'>;

/** What one transaction of an erasure can do. Counts are noted with what they count. */
export interface ErasureTransaction extends Pick<EffectTransaction, 'lockStates' | 'nextSeq' | 'saveStates'> {
  /** Deletes the follows between a user and some others, both ways. */
  deleteFollows(whom: Whom, others: readonly string[]): Promise<void>;
  /**
   * Deletes interactions, profile, blocks by the user or of the user as an author, decisions and answers that were kept for calls that are sent again. Gives the number in the
   * history from which on states of the user are of later.
   */
  deleteOwn(whom: Whom): Promise<number>;
  /** What the history has of some entities of a view, in the order of their ids. */
  history(view: FeatureView, entityIds: readonly string[]): AsyncIterable<readonly HistoryEvent[]>;
  deleteStates(view: FeatureView, entityIds: readonly string[]): Promise<void>;
}

/** What the store holds about a user. */
export interface UserErasureStore {
  transaction<T>(run: (tx: ErasureTransaction) => Promise<T>): Promise<T>;
  /** The items that the user did something to. */
  touchedItemIds(whom: Whom): Promise<readonly string[]>;
  /** Those whom the user follows or followed, and those who follow or followed the user. */
  relatedUserIds(whom: Whom): Promise<readonly string[]>;
  /** The items that name the user as their author now. */
  authoredItems(whom: Whom): Promise<readonly Item[]>;
  /** Those who did something to an item that ever named the user as its author. */
  readersOfAuthor(whom: Whom): Promise<readonly string[]>;
  /** Takes the author out of what the history knows of items; not of what was accepted later. */
  blankAuthor(whom: Whom): Promise<void>;
  /** Gives back the space of what was deleted, so that no byte of it stays. Best effort. */
  compact(): Promise<void>;
}

/** Training sets in the object store. */
export interface UserDatasets {
  /** Deletes those that hold the user and gives their ids. */
  erase(whom: Whom, options?: CallOptions): Promise<readonly string[]>;
  /** Deletes one data set if it holds any of some users; false where it does not. */
  eraseIfHolding(datasetId: string, userKeys: readonly string[]): Promise<boolean>;
}

/** The records about a user in the event log. */
export interface UserLog {
  /** Takes all of them out that are not later than the erasure, its own record last; hours until they have left where that is all that can be said. */
  erase(whom: Whom, options?: CallOptions): Promise<{ readonly count: number; readonly remainHours?: number }>;
}

/** Tells the other services, and this one, what is to be erased or was. */
export interface ErasurePublisher {
  request(erasure: Erasure, options?: CallOptions): Promise<void>;
  done(receipt: Omit<ErasureReceipt, 'receipt'> & { readonly userKey: string }, options?: CallOptions): Promise<void>;
}

/** One line of an export: what it is, and its fields. */
export type ExportLine = { readonly kind: string } & Readonly<Record<string, unknown>>;

/** Reads everything that the store holds about a user, page by page, as of one moment. */
export type ReadUserData = (userId: string, options?: CallOptions) => AsyncIterable<ExportLine>;
