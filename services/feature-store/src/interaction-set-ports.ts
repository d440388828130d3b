import type { CallOptions } from './ports';

/** Which interactions a training set holds. */
export interface HistorySlice {
  readonly from: Date | undefined;
  readonly to: Date;
  /** Only what was known by then; undefined for all. */
  readonly knownAt: Date | undefined;
  readonly includeFlagged: boolean;
}

/** One interaction of a training set. */
export interface HistoryRow {
  readonly userId: string;
  readonly itemId: string;
  readonly type: string;
  readonly value: number | undefined;
  readonly occurredAtMs: number;
}

/** An item as a training set keeps it. */
export interface ItemRow {
  readonly itemId: string;
  readonly title: string;
  readonly text: string;
  readonly tags: readonly string[];
  readonly category: string;
}

/** That a user follows another. */
export interface FollowRow {
  readonly followerId: string;
  readonly followeeId: string;
}

/** What a reader of the history may be told. */
export interface HistoryReadOptions extends CallOptions {
  readonly onLeftOut?: (userCount: number) => void;
  /** Gets the items, in the order of their ids, after the last row and from the same moment; absent, they are not read. */
  readonly onItems?: (items: readonly ItemRow[]) => Promise<void>;
  /** Gets the follows among users who agree, in the order of their ids; absent, they are not read. */
  readonly onFollows?: (follows: readonly FollowRow[]) => Promise<void>;
}

/** The history as training reads it. */
export interface HistoryReader {
  /** About how many rows a slice can have at most. */
  rowCountEstimate(options?: CallOptions): Promise<number>;
  /**
   * The slice in the order of user, time and event id, in batches, from one moment's state of the database, without users who refuse
   * to be trained with; `onLeftOut` hears how many of these did something.
   */
  rows(slice: HistorySlice, options?: HistoryReadOptions): AsyncIterable<readonly HistoryRow[]>;
}

/** Writes the files of one training set: nothing is visible as a data set before `finish`. */
export interface DatasetWriter extends AsyncDisposable {
  add(rows: readonly HistoryRow[]): Promise<void>;
  addItems(items: readonly ItemRow[]): Promise<void>;
  addFollows(follows: readonly FollowRow[]): Promise<void>;
  /** Closes the files and gives them their final names. */
  finish(describe: (files: InteractionSetFiles) => object): Promise<InteractionSetFiles>;
}

/** The files of a finished training set. */
export interface DatasetFiles {
  readonly contentHash: string;
  readonly objectKeys: readonly string[];
}

/** The files of a set of interactions, with what was asked for beside them. */
export interface InteractionSetFiles extends DatasetFiles {
  readonly itemObjectKeys: readonly string[];
  readonly followObjectKeys: readonly string[];
}
