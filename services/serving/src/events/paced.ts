import { setTimeout } from 'node:timers/promises';
import type { DeliveredRecord, HandleContext } from '@attune/event-log';

type Handle = (batch: readonly DeliveredRecord[], context: HandleContext) => Promise<void>;

const BULK_BATCH = 200;
const BULK_INTERVAL_MS = 250;

/**
 * While much arrives, lets a quarter of a second pass from batch to batch. Each batch has a fixed price, and each user and item in
 * it too: without the rest a consumer that keeps up would read an import in crumbs. Small batches and full ones do not wait.
 */
export function paced(handle: Handle, maxBatch: number): Handle {
  return async (batch, context) => {
    const startedAt = performance.now();
    await handle(batch, context);
    if (batch.length < BULK_BATCH || batch.length >= maxBatch) return;
    const restMs = BULK_INTERVAL_MS - (performance.now() - startedAt);
    if (restMs > 0) await setTimeout(restMs, undefined, { signal: context.signal }).catch(() => undefined);
  };
}
