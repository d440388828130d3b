import type { CallOptions } from './ports';

/** The tables of the history: each has one partition per day (UTC) of when something became known. */
export const HISTORY_TABLES = ['interactions', 'entity_changes', 'decisions'] as const;

/** A table of the history. */
export type HistoryTable = (typeof HISTORY_TABLES)[number];

/** One table of the history on one day, written as `2026-11-26`. */
export interface HistoryPart {
  readonly table: HistoryTable;
  readonly day: string;
}

/** What is known of a part: where it is, and since when. */
export interface HistoryDay extends HistoryPart {
  readonly isInDatabase: boolean;
  /** Of the archive; undefined for what was not exported. */
  readonly rowCount: number | undefined;
  readonly exportedAt: Date | undefined;
  /** When the first and the last of its rows happened; undefined for what was not exported or has no rows. */
  readonly firstAt: Date | undefined;
  readonly lastAt: Date | undefined;
  readonly leftAt: Date | undefined;
  readonly restoredAt: Date | undefined;
  readonly neededAt: Date | undefined;
}

/** What came of a part that should leave the database: it did, it stays because it is needed, or it is not as it was exported. */
export type Leaving = 'left' | 'stays' | 'changed';

/** What was loaded back. */
export interface RestoredPart extends HistoryPart {
  readonly rowCount: number;
  /** Rows of users who are not known any more. */
  readonly leftOutCount: number;
}

/** Whose rows leave the archive: those until a moment, or all. */
export interface ArchivedUser {
  readonly userKey: string;
  readonly until?: Date | undefined;
}

/** What an erasure did in the archive. */
export interface ErasedFromArchive {
  readonly rowCount: number;
  /** Files that were written again without the user, or are gone. */
  readonly fileCount: number;
}

/** One row of the archive about a user, as it is in its file. */
export interface ArchivedRow extends HistoryPart {
  readonly row: Readonly<Record<string, unknown>>;
}

/** The history by day: in the database, and as files in the object store, where users are known by their keyed hashes. */
export interface HistoryArchive {
  /** Every part that has a partition or is in the archive, newest first. */
  days(options?: CallOptions): Promise<readonly HistoryDay[]>;
  /** The rows of a part in the database. */
  countRows(part: HistoryPart, options?: CallOptions): Promise<number>;
  /** Writes a part that is over to the archive, the manifest last, and returns its rows. Done again it writes equal bytes. */
  export(part: HistoryPart, now: Date, options?: CallOptions): Promise<number>;
  /** Takes a part out of the database after its files were read back, unless somebody needed it since `unneededSince`. */
  leave(part: HistoryPart, times: { readonly now: Date; readonly unneededSince: Date }): Promise<Leaving>;
  /** Keeps parts from leaving for a day. */
  need(parts: readonly HistoryPart[], now: Date): Promise<void>;
  /** Loads a part back; undefined where it is in the database. */
  restore(part: HistoryPart, now: Date, options?: CallOptions): Promise<RestoredPart | undefined>;
  /** Takes a user out of every file. An erasure that was cut off is done again from the start. */
  erase(user: ArchivedUser, options?: CallOptions): Promise<ErasedFromArchive>;
  /** What parts that are not in the database hold about a user. */
  rowsOf(userKey: string, options?: CallOptions): AsyncIterable<ArchivedRow>;
  /** Runs what only one process may do at a time; false when another one does it. */
  lead(run: () => Promise<void>): Promise<boolean>;
}

/** A table whose rows leave when they are old. */
export interface AgingTable {
  readonly table: string;
  /** The column that says how old a row is. */
  readonly column: string;
  readonly days: number;
}

/** Deletes what is too old, in small pieces. */
export interface OldRows {
  /** Deletes the rows of before a moment and returns how many. */
  deleteBefore(table: Pick<AgingTable, 'table' | 'column'>, before: Date, options?: CallOptions): Promise<number>;
}
