import type { Erasure, ErasurePublisher, Erasures, UserErasureStore, UserFiles, UserLog } from '../erasure-ports';
import type { CallOptions, Clock } from '../ports';
import { erasureDone } from '../telemetry';
import type { EraseFromStore } from './erase-from-store';

/** How long another replica may take to learn that somebody was forgotten, with room to spare: see keepKnowing. */
const KNOWN_EVERYWHERE_MS = 2_000;

/** What running an erasure needs. */
export interface RunErasureNeeds {
  readonly erasures: Erasures;
  readonly eraseFromStore: EraseFromStore;
  readonly users: UserErasureStore;
  readonly files: UserFiles;
  readonly log: UserLog;
  readonly publisher: ErasurePublisher;
  /** The services that hold something about users. */
  readonly services: readonly string[];
  /** Resolves when everything that was accepted before the call is applied. */
  readonly caughtUp: (options: CallOptions) => Promise<void>;
  /** Waits a moment before something is looked at again. */
  readonly pause: (ms: number, options: CallOptions) => Promise<void>;
  readonly clock: Clock;
}

/** Brings an erasure to its end from wherever it is; another process may be doing that already. */
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
        await STEPS[erasure.state](needs, erasure, options);
      }
    });
  };
}

type Step = (needs: RunErasureNeeds, erasure: Erasure, options: CallOptions) => Promise<void>;

const STEPS: Readonly<Record<Exclude<Erasure['state'], 'done'>, Step>> = {
  requested: async (needs, erasure, options) => {
    await needs.caughtUp(options);
    await needs.eraseFromStore(erasure, options);
    await needs.erasures.advance(erasure.erasureId, { state: 'erased' });
  },
  erased: async ({ erasures, files, publisher }, erasure, options) => {
    const datasetIds = await files.erase(erasure, options);
    const counts = { datasets: datasetIds.length };
    await erasures.advance(erasure.erasureId, { datasetIds, counts });
    const all = [...new Set([...erasure.datasetIds, ...datasetIds])];
    await publisher.request({ ...erasure, datasetIds: all }, options);
    await erasures.advance(erasure.erasureId, { state: 'asked' });
  },
  asked: async (needs, erasure, options) => {
    await allReceipts(needs, erasure, options);
    await knownEverywhere(needs, erasure, options);
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
  },
};

const LOOK_EVERY_MS = 100;

async function allReceipts(
  { erasures, services, pause }: RunErasureNeeds,
  { erasureId }: Erasure,
  options: CallOptions,
) {
  for (;;) {
    options.signal?.throwIfAborted();
    const there = new Set((await erasures.receipts(erasureId, options)).map(({ service }) => service));
    if (services.every((service) => there.has(service))) return;
    await pause(LOOK_EVERY_MS, options);
  }
}

async function knownEverywhere({ clock, pause }: RunErasureNeeds, { requestedAt }: Erasure, options: CallOptions) {
  const leftMs = requestedAt.getTime() + KNOWN_EVERYWHERE_MS - clock().getTime();
  if (leftMs > 0) await pause(leftMs, options);
}
