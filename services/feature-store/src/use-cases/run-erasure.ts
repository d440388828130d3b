import type { Erasure, ErasurePublisher, Erasures, UserDatasets, UserErasureStore, UserLog } from '../erasure-ports';
import type { HistoryArchive } from '../history-ports';
import type { CallOptions, Clock } from '../ports';
import { erasureDone } from '../telemetry';
import type { EraseFromStore } from './erase-from-store';

/** How long another replica may take to learn that somebody was forgotten, with room to spare. */
const KNOWN_EVERYWHERE_MS = 2_000;

/** What running an erasure needs. */
export interface RunErasureNeeds {
  readonly erasures: Erasures;
  readonly eraseFromStore: EraseFromStore;
  readonly users: UserErasureStore;
  readonly datasets: UserDatasets;
  readonly archive: Pick<HistoryArchive, 'erase'>;
  readonly log: UserLog;
  readonly publisher: ErasurePublisher;
  /** The services that hold something about users. */
  readonly services: readonly string[];
  /** Resolves when everything that was accepted before the call is applied. */
  readonly caughtUp: (options: CallOptions) => Promise<void>;
  readonly clock: Clock;
}

/**
 * Brings an erasure as far as it can go now: to its end, or to where it waits for other services. To be called again until it is
 * done; another process may be doing it already.
 */
export type RunErasure = (erasureId: string, options?: CallOptions) => Promise<void>;

/**
 * The steps of an erasure, each of which may be repeated. The order matters: only when no replica takes anything of the user in
 * any more is anything deleted, the other services are asked when this one has nothing left, and the log, from which everything
 * could be read again, comes last.
 */
export function makeRunErasure(needs: RunErasureNeeds): RunErasure {
  const { erasures } = needs;
  return async (erasureId, options = {}) => {
    await erasures.exclusively(erasureId, async () => {
      for (;;) {
        options.signal?.throwIfAborted();
        const erasure = await erasures.find(erasureId, options);
        if (erasure === undefined || erasure.state === 'done') return;
        if (!(await STEPS[erasure.state](needs, erasure, options))) return;
      }
    });
  };
}

/** False where the step must wait for somebody. */
type Step = (needs: RunErasureNeeds, erasure: Erasure, options: CallOptions) => Promise<boolean>;

const STEPS: Readonly<Record<Exclude<Erasure['state'], 'done'>, Step>> = {
  requested: async (needs, erasure, options) => {
    await needs.caughtUp(options);
    await needs.eraseFromStore(erasure, options);
    await needs.erasures.advance(erasure.erasureId, { state: 'erased' });
    return true;
  },
  erased: async ({ erasures, archive, datasets, publisher }, erasure, options) => {
    const { userKey, requestedAt: until } = erasure;
    const { rowCount } = await archive.erase({ userKey, until }, options);
    const datasetIds = await datasets.erase(erasure, options);
    const counts = { archived_rows: rowCount, datasets: datasetIds.length };
    await erasures.advance(erasure.erasureId, { datasetIds, counts });
    const all = [...new Set([...erasure.datasetIds, ...datasetIds])];
    await publisher.request({ ...erasure, datasetIds: all }, options);
    await erasures.advance(erasure.erasureId, { state: 'asked' });
    return true;
  },
  asked: async (needs, erasure, options) => {
    if (!isKnownEverywhere(needs, erasure) || !(await hasAllReceipts(needs, erasure, options))) return false;
    // What a replica took in that had not heard yet is dropped by the consumers, and leaves the log with everything else.
    await needs.caughtUp(options);
    const { count, remainHours } = await needs.log.erase(erasure, options);
    const counts = {
      event_log_records: count,
      ...(remainHours === undefined ? {} : { event_log_remain_hours: remainHours }),
    };
    await needs.erasures.finish(erasure.erasureId, needs.clock(), counts);
    await needs.users.compact();
    erasureDone(needs.clock().getTime() - erasure.requestedAt.getTime());
    return true;
  },
};

async function hasAllReceipts(
  { erasures, services }: RunErasureNeeds,
  { erasureId }: Erasure,
  options: CallOptions,
): Promise<boolean> {
  const there = new Set((await erasures.receipts(erasureId, options)).map(({ service }) => service));
  return services.every((service) => there.has(service));
}

function isKnownEverywhere({ clock }: RunErasureNeeds, { requestedAt }: Erasure): boolean {
  return clock().getTime() >= requestedAt.getTime() + KNOWN_EVERYWHERE_MS;
}
