import type { SubscribeOptions } from '../port';
import { sleep } from './sleep';

const BULK_BATCH = 200;
const BULK_INTERVAL_MS = 250;

/** What a test may put in place of the real passing of time. */
interface PaceTime {
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
  readonly rest: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Makes a handler that, while much arrives, lets a quarter of a second pass from batch to batch. Each batch has a fixed price, and
 * each key in it too: without the rest a consumer that keeps up would read a bulk in crumbs. Small batches and full ones do not
 * wait, so a single event is handled at once and a backlog at full speed.
 */
export function paced(
  handle: SubscribeOptions['handle'],
  maxBatch: number,
  time: PaceTime = { now: () => performance.now(), rest: sleep },
): SubscribeOptions['handle'] {
  return async (batch, context) => {
    const startedAt = time.now();
    await handle(batch, context);
    if (batch.length < BULK_BATCH || batch.length >= maxBatch) return;
    const restMs = BULK_INTERVAL_MS - (time.now() - startedAt);
    if (restMs > 0) await time.rest(restMs, context.signal);
  };
}
