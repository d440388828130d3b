import { TOPICS } from '@attune/contracts';
import type { DeliveredRecord, EventLog, HandleContext } from '@attune/event-log';
import { type Redis, unavailableFromRedis } from '@attune/redis';

const MARKER = 'projection';
const BATCH = 500;

/** What the rebuild needs. */
export interface RebuildParts {
  readonly redis: Redis;
  readonly eventLog: Pick<EventLog, 'read'>;
  readonly onInteraction: (
    batch: readonly DeliveredRecord[],
    context: Pick<HandleContext, 'partition' | 'deadLetter'>,
  ) => Promise<void>;
  readonly logger: { info(details: object, message: string): void };
}

/**
 * Replays all interactions that the log still has when Redis has lost what users have seen, which a missing marker tells.
 * At the start that is before this process consumes, after a reconnection beside its consumer, and at any time beside those of
 * other replicas. Nothing newer is overwritten by something older: `seen` only grows, of `hide` and `unhide` the later one in the
 * log stays whatever comes afterwards, and the popularity counter passes over what it has lately counted.
 */
export async function rebuildProjection({ redis, eventLog, onInteraction, logger }: RebuildParts): Promise<void> {
  const isThere = await redis.exists(MARKER).catch((error) => Promise.reject(unavailableFromRedis(error)));
  if (isThere === 1) return;
  const batches = new Map<number, DeliveredRecord[]>();
  let count = 0;
  const flush = async (partition: number) => {
    const batch = batches.get(partition) ?? [];
    batches.delete(partition);
    // A record that cannot be read is already with the consumer's dead letters.
    if (batch.length > 0) await onInteraction(batch, { partition, deadLetter: async () => undefined });
  };
  for await (const record of eventLog.read(TOPICS.interactions.name, { from: 'start' })) {
    const batch = batches.get(record.partition);
    if (batch === undefined) batches.set(record.partition, [record]);
    else if (batch.push(record) >= BATCH) await flush(record.partition);
    count++;
  }
  for (const partition of [...batches.keys()]) await flush(partition);
  await redis.set(MARKER, '1');
  if (count > 0) logger.info({ count }, 'rebuilt what users have seen from the event log');
}
