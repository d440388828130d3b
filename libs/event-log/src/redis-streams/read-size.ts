import type { RawEntry } from './stream-entry';

/** About how much one read may bring. */
const READ_BYTES = 8 * 1024 * 1024;
const FIRST_ENTRIES = 16;
const BYTES_BESIDE_BATCH = 64;

/**
 * How many entries to ask for. Redis limits a read by entries alone, and one may hold a record or five hundred; so the last read
 * says how large they are, and a read asks for at most twice as many as the one before gave.
 */
export class ReadSize {
  private most = FIRST_ENTRIES;
  private entryBytes = 1;
  private entryRecords = 1;

  /** The entries that hold about so many records, one at least. */
  entriesFor(records: number): number {
    const enough = Math.min(Math.ceil(records / this.entryRecords), Math.floor(READ_BYTES / this.entryBytes));
    return Math.max(1, Math.min(enough, this.most));
  }

  /** Takes over what a read gave. */
  learn(entries: readonly RawEntry[], records: number): void {
    if (entries.length === 0) return;
    const bytes = entries.reduce((sum, entry) => sum + entry[1][3]!.length + BYTES_BESIDE_BATCH, 0);
    this.entryBytes = bytes / entries.length;
    this.entryRecords = Math.max(1, records / entries.length);
    this.most = Math.max(FIRST_ENTRIES, 2 * entries.length);
  }
}
