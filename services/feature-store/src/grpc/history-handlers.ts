import type { featureStore } from '@attune/contracts';
import type { Handlers } from '@attune/grpc';
import type { CountedDay, makeListHistoryDays } from '../use-cases/list-history-days';
import type { makeRestoreHistory } from '../use-cases/restore-history';

type HistoryHandlers = Pick<Handlers<featureStore.FeatureStoreServiceServer>, 'listHistoryDays' | 'restoreHistoryDays'>;

/** What the handlers call. */
export interface HistoryUseCases {
  readonly listHistoryDays: ReturnType<typeof makeListHistoryDays>;
  readonly restoreHistory: ReturnType<typeof makeRestoreHistory>;
}

/** The RPCs about the days of the history. */
export function historyHandlers(use: HistoryUseCases): HistoryHandlers {
  return {
    listHistoryDays: async (request, { signal }) => {
      const { days, nextPageToken } = await use.listHistoryDays(request, { signal });
      return { days: days.map(fromDay), nextPageToken };
    },
    restoreHistoryDays: async function* (request, { signal }) {
      yield* use.restoreHistory(request, { signal });
    },
  };
}

function fromDay({ isInDatabase, ...day }: CountedDay): featureStore.HistoryDay {
  const { day: name, table, rowCount, exportedAt, leftAt, restoredAt } = day;
  return { day: name, table, rowCount, exportedAt, leftAt, restoredAt, inDatabase: isInDatabase };
}
