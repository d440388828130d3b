import { requireNone } from '../domain/request-size';
import { idProblem } from '../domain/usable-text';
import type { ErasedCounts, Erasures } from '../erasure-ports';
import type { CallOptions, Clock } from '../ports';

/** What became of an erasure so far: a service has its part done, or all is done. */
export type ErasureNews = { readonly erasureId: string; readonly erasedCounts: ErasedCounts } & (
  | { readonly done: false; readonly service: string; readonly receipt: Uint8Array }
  | { readonly done: true }
);

interface Needs {
  readonly erasures: Erasures;
  /** Begins the work, if nobody does it yet. */
  readonly wake: () => void;
  readonly pause: (ms: number, options: CallOptions) => Promise<void>;
  readonly clock: Clock;
}

const LOOK_EVERY_MS = 50;

/** Erases a user everywhere and tells how it goes. It goes on when nobody listens any more. */
export function makeForgetUser({ erasures, wake, pause, clock }: Needs) {
  return async function* forgetUser(userId: string, options: CallOptions = {}): AsyncGenerator<ErasureNews> {
    const description = idProblem(userId);
    requireNone(description === undefined ? [] : [{ field: 'user_id', description }]);
    const { erasureId } = await erasures.begin(userId, clock());
    wake();
    const told = new Set<string>();
    for (;;) {
      options.signal?.throwIfAborted();
      // In this order: when it is done, every receipt is there.
      const erasure = await erasures.find(erasureId, options);
      for (const { service, erasedCounts, receipt } of await erasures.receipts(erasureId, options)) {
        if (told.has(service)) continue;
        told.add(service);
        yield { erasureId, service, erasedCounts, receipt, done: false };
      }
      if (erasure === undefined || erasure.state === 'done') {
        yield { erasureId, erasedCounts: erasure?.erasedCounts ?? {}, done: true };
        return;
      }
      await pause(LOOK_EVERY_MS, options);
    }
  };
}
