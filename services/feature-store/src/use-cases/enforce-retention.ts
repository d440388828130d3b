import type { AgingTable, OldRows } from '../history-ports';
import type { CallOptions, Clock } from '../ports';
import { oldRowsDeleted } from '../telemetry';

const DAY_MS = 86_400_000;

interface Needs {
  readonly oldRows: OldRows;
  readonly tables: readonly AgingTable[];
  readonly clock: Clock;
}

/** Deletes the rows of every table that are older than it keeps them. */
export type EnforceRetention = (options?: CallOptions) => Promise<void>;

/**
 * A day (UTC) goes whole when all of it is too old: each table is walked through once a day, and what is kept is kept for its
 * days at least.
 */
export function makeEnforceRetention({ oldRows, tables, clock }: Needs): EnforceRetention {
  return async (options = {}) => {
    for (const table of tables) {
      options.signal?.throwIfAborted();
      const oldest = clock().getTime() - table.days * DAY_MS;
      const before = new Date(Math.floor(oldest / DAY_MS) * DAY_MS);
      oldRowsDeleted(table.table, await oldRows.deleteBefore(table, before, options));
    }
  };
}
