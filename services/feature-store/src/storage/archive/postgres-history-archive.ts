import type { HistoryArchive } from '../../history-ports';
import { asLeader, withArchive } from './archive-lock';
import { eraseUser, rowsOfUser } from './erase-user';
import { type ArchiveParts, exportPart } from './export-part';
import { countRows, historyDays, noteNeeded } from './history-days-sql';
import { leavePart } from './leave-part';
import { restorePart } from './restore-part';

/** The history by day, in partitions of PostgreSQL and Parquet files of the object store. */
export function postgresHistoryArchive(parts: ArchiveParts): HistoryArchive {
  const { database, objects } = parts;
  return {
    days: (options) => historyDays(database, options),
    countRows: (part, options) => countRows(database, part, options),
    export: (part, now, options) => withArchive(database, () => exportPart(parts, part, now, options), options),
    leave: (part, times) => withArchive(database, () => leavePart(parts, part, times)),
    need: (needed, now) => noteNeeded(database, needed, now),
    restore: (part, now, options) => withArchive(database, () => restorePart(parts, part, now, options), options),
    erase: (user, options) => withArchive(database, () => eraseUser(parts, user, options), options),
    rowsOf: async function* (userKey, options) {
      const away = (await historyDays(database, options)).filter(({ isInDatabase }) => !isInDatabase);
      yield* rowsOfUser(objects, away, userKey, options);
    },
    lead: (run) => asLeader(database, run),
  };
}
