import type { DeliveredRecord, EventLog, HandleContext } from '@attune/event-log';
import { type Redis, unavailableFromRedis } from '@attune/redis';

const MARKER = 'projection';
/** Raised when projections get another form: what the log still has is then replayed into the new one. */
const VERSION = '3';
const BATCH = 500;

/** A topic and what its records are replayed into. */
export interface Replay {
  readonly topic: string;
  readonly handle: (
    batch: readonly DeliveredRecord[],
    context: Pick<HandleContext, 'partition' | 'signal' | 'deadLetter'>,
  ) => Promise<void>;
}

/** What the rebuild needs. */
export interface RebuildParts {
  readonly redis: Redis;
  readonly eventLog: Pick<EventLog, 'read'>;
  readonly replays: readonly Replay[];
  /** Takes over what an earlier build left in the form that it had then. */
  readonly takeOver: () => Promise<void>;
  readonly signal: AbortSignal;
  readonly logger: { info(details: object, message: string): void };
}

/**
 * Replays everything that the log still has when Redis has lost the projections, which a missing marker tells, or has them in an
 * earlier form. At the start that is before this process consumes, after a reconnection beside its consumers, and at any time beside
 * those of other replicas. Nothing newer is overwritten by something older: of each thing that was seen the last time stays, of `hide`
 * and `unhide`, of two consents, follows, blocks, and states of an item the later one stays whatever comes afterwards, and the
 * popularity counter passes over what it has lately counted. What was said before the log begins is asked of the feature-store: what
 * users refuse, follow and block when they come (`use-cases/read-consent.ts`, `read-blocks.ts`), what items are at once
 * (`use-cases/fill-items.ts`).
 */
export async function rebuildProjection(parts: RebuildParts): Promise<void> {
  const { redis, eventLog, replays, takeOver, signal, logger } = parts;
  const found = await redis.get(MARKER).catch((error) => Promise.reject(unavailableFromRedis(error)));
  if (found === VERSION) return;
  if (found !== null) await takeOver();
  let count = 0;
  for (const one of replays) count += await replay(eventLog, one, signal);
  await redis.set(MARKER, VERSION);
  if (count > 0) logger.info({ count }, 'rebuilt what is known of users and items from the event log');
}

async function replay(eventLog: Pick<EventLog, 'read'>, { topic, handle }: Replay, signal: AbortSignal) {
  const batches = new Map<number, DeliveredRecord[]>();
  let count = 0;
  const flush = async (partition: number) => {
    const batch = batches.get(partition) ?? [];
    batches.delete(partition);
    // A record that cannot be read is already with the consumer's dead letters.
    if (batch.length > 0) await handle(batch, { partition, signal, deadLetter: async () => undefined });
  };
  for await (const record of eventLog.read(topic, { from: 'start', signal })) {
    const batch = batches.get(record.partition);
    if (batch === undefined) batches.set(record.partition, [record]);
    else if (batch.push(record) >= BATCH) await flush(record.partition);
    count++;
  }
  for (const partition of [...batches.keys()]) await flush(partition);
  return count;
}
