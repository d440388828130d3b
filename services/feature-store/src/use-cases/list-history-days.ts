import { page, pageSize, placeOf } from '@attune/paging';
import type { HistoryArchive, HistoryDay } from '../history-ports';
import type { CallOptions } from '../ports';

const DEFAULT_PAGE_SIZE = 100;
const QUESTION = 'history_days';

/** Which page of the days. */
export interface HistoryDaysQuestion {
  readonly pageSize: number;
  readonly pageToken: string;
}

/** A part of the history with its rows counted. */
export type CountedDay = HistoryDay & { readonly rowCount: number };

/** Lists the parts of the history that have rows, newest first. */
export function makeListHistoryDays({ archive }: { readonly archive: Pick<HistoryArchive, 'days' | 'countRows'> }) {
  return async ({ pageSize: asked, pageToken }: HistoryDaysQuestion, options: CallOptions = {}) => {
    const size = pageSize(asked, DEFAULT_PAGE_SIZE);
    const after = placeOf(pageToken, QUESTION);
    const all = await archive.days(options);
    const rest = after === undefined ? all : all.filter((day) => isAfter(day, after));
    const found: CountedDay[] = [];
    for (const day of rest) {
      // What is not exported has to be counted: the last days alone.
      const rowCount = day.rowCount ?? (await archive.countRows(day, options));
      if (rowCount > 0) found.push({ ...day, rowCount });
      if (found.length > size) break;
    }
    const { rows, nextPageToken } = page(found, {
      size,
      question: QUESTION,
      placeAfter: ({ day, table }) => [day, table],
    });
    return { days: rows, nextPageToken };
  };
}

function isAfter({ day, table }: HistoryDay, [lastDay, lastTable]: readonly (string | number)[]): boolean {
  return day < String(lastDay) || (day === lastDay && table > String(lastTable));
}
