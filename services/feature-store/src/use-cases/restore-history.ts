import { requireNone } from '../domain/request-size';
import type { HistoryArchive, HistoryDay, HistoryTable, RestoredPart } from '../history-ports';
import type { CallOptions, Clock } from '../ports';
import { historyRestored } from '../telemetry';

interface Needs {
  readonly archive: Pick<HistoryArchive, 'days' | 'need' | 'restore'>;
  readonly clock: Clock;
}

/** Which part of the history somebody is about to read. */
export interface NeededHistory {
  /** What happened from then on; undefined for all. */
  readonly from: Date | undefined;
  /** What happened before; undefined for all. */
  readonly to: Date | undefined;
  readonly tables: readonly HistoryTable[];
}

/**
 * Resolves when everything of the history that happened in a span of time is in the database, where it then stays for a day at
 * least. To be called before the snapshot of the reader is taken.
 */
export type RequireDays = (needed: NeededHistory, options?: CallOptions) => Promise<void>;

/** Loads back what left and somebody is about to read. */
export function makeRequireDays({ archive, clock }: Needs): RequireDays {
  return async (needed, options = {}) => {
    const all = await archive.days(options);
    const wanted = all.filter((day) => day.exportedAt !== undefined && isNeeded(day, needed));
    // First of all, so that nothing leaves that is still here.
    await archive.need(wanted, clock());
    for (const day of wanted) {
      options.signal?.throwIfAborted();
      await restore({ archive, clock }, day, options);
    }
  };
}

function isNeeded({ table, firstAt, lastAt }: HistoryDay, { from, to, tables }: NeededHistory): boolean {
  if (!tables.includes(table) || firstAt === undefined || lastAt === undefined) return false;
  return (from === undefined || lastAt >= from) && (to === undefined || firstAt < to);
}

/** Which days an operator wants back, as `2026-08-01`. */
export interface RestoreQuestion {
  readonly fromDay: string;
  /** Empty for the one day. */
  readonly toDay: string;
}

/** Loads days back that left the database, and tells of each table that it loaded. */
export function makeRestoreHistory({ archive, clock }: Needs) {
  return async function* restoreHistory(
    { fromDay, toDay }: RestoreQuestion,
    options: CallOptions = {},
  ): AsyncGenerator<RestoredPart> {
    const last = toDay === '' ? fromDay : toDay;
    requireDay('from_day', fromDay);
    requireDay('to_day', last);
    requireNone(fromDay > last ? [{ field: 'to_day', description: 'must not be before "from_day"' }] : []);
    const all = await archive.days(options);
    const wanted = all.filter(({ day, rowCount = 0 }) => rowCount > 0 && day >= fromDay && day <= last);
    await archive.need(wanted, clock());
    for (const day of wanted) {
      const restored = await restore({ archive, clock }, day, options);
      if (restored !== undefined) yield restored;
    }
  };
}

async function restore({ archive, clock }: Needs, day: HistoryDay, options: CallOptions) {
  if (day.isInDatabase) return undefined;
  const restored = await archive.restore(day, clock(), options);
  if (restored !== undefined) historyRestored(restored.table, restored.rowCount);
  return restored;
}

function requireDay(field: string, day: string): void {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // A day that does not exist, such as the 30th of February, would be another one.
  const isDay = !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
  requireNone(isDay ? [] : [{ field, description: 'must be a day such as 2026-11-26' }]);
}
