import type { HistoryArchive, HistoryDay, HistoryPart, HistoryTable } from '../history-ports';
import type { CallOptions, Clock } from '../ports';
import { historyExported, historyLeft } from '../telemetry';

const DAY_MS = 86_400_000;
/** A day is exported when it has been over for so long: what was on its way at midnight is in. */
const MARGIN_MS = 3_600_000;
/** How long a day stays that somebody needed. */
const NEEDED_MS = DAY_MS;

/** How many days of each table stay in the database; undefined for all of them. */
export type KeptDays = Readonly<Record<HistoryTable, number | undefined>>;

/** What maintaining the history needs. */
export interface MaintainHistoryNeeds {
  readonly archive: Pick<HistoryArchive, 'days' | 'export' | 'leave'>;
  readonly clock: Clock;
  readonly keptDays: KeptDays;
  /** Hears of a part that cannot leave: it was away before, and what is in the database is not what the archive has. */
  readonly onStuck: (part: HistoryPart) => void;
}

/** Exports every day that is over, and takes out of the database what is exported and old. */
export type MaintainHistory = (options?: CallOptions) => Promise<void>;

/** One round of the maintenance: what is cut off or fails is done by the next one. */
export function makeMaintainHistory(needs: MaintainHistoryNeeds): MaintainHistory {
  return async (options = {}) => {
    const here = (await needs.archive.days(options)).filter(({ isInDatabase }) => isInDatabase);
    // Oldest first: what waits longest is safest when a round is cut off.
    for (const day of [...here].reverse()) {
      options.signal?.throwIfAborted();
      await maintain(needs, day, options);
    }
  };
}

async function maintain(needs: MaintainHistoryNeeds, day: HistoryDay, options: CallOptions): Promise<void> {
  const now = needs.clock();
  if (day.exportedAt === undefined) {
    if (endOf(day) + MARGIN_MS > now.getTime()) return;
    await exportDay(needs, day, options);
    // Whoever has just looked which days are away believes that this one is here: it leaves in a later round.
    return;
  }
  if (day.exportedAt.getTime() + MARGIN_MS > now.getTime()) return;
  if (!isOld(day, needs.keptDays[day.table], now)) return;
  const unneededSince = new Date(now.getTime() - NEEDED_MS);
  if (day.neededAt !== undefined && day.neededAt > unneededSince) return;
  const leaving = await needs.archive.leave(day, { now, unneededSince });
  if (leaving === 'left') historyLeft(day.table);
  if (leaving !== 'changed') return;
  // The database has all of a day that was never away, so it is exported again, and leaves in the next round.
  if (day.leftAt === undefined) await exportDay(needs, day, options);
  else needs.onStuck(day);
}

async function exportDay({ archive, clock }: MaintainHistoryNeeds, day: HistoryPart, options: CallOptions) {
  const rowCount = await archive.export(day, clock(), options);
  historyExported(day.table, rowCount);
}

function isOld(day: HistoryPart, keptDays: number | undefined, now: Date): boolean {
  return keptDays !== undefined && endOf(day) + keptDays * DAY_MS <= now.getTime();
}

function endOf({ day }: HistoryPart): number {
  return Date.parse(`${day}T00:00:00Z`) + DAY_MS;
}
