import { TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type DeliveredRecord, decodeRecords, type EventLog, type HandleContext } from '@attune/event-log';
import type { Privacy } from '@attune/privacy';
import { appendReceipt } from './append-receipt';

const HEARTBEAT_MS = 5_000;

/** A user who must be forgotten, as `erasures.v1` says. */
export interface AskedErasure {
  readonly erasureId: string;
  readonly userId: string;
  /** What happened until then must not come back. */
  readonly requestedAt: Date;
  /** Data sets that held the user and are gone. */
  readonly datasetIds: readonly string[];
}

/** The consumer of `erasures.v1`, one after the other; what a service does may take long. */
export function consumeErasures(
  forget: (erasure: AskedErasure, waiting: { readonly signal: AbortSignal }) => Promise<void>,
) {
  return async (
    batch: readonly DeliveredRecord[],
    context: Pick<HandleContext, 'signal' | 'heartbeat' | 'deadLetter'>,
  ): Promise<void> => {
    const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    try {
      for (const erasure of await decodeRecords(batch, context, decode)) await forget(erasure, context);
    } finally {
      clearInterval(beat);
    }
  };
}

function decode({ value, appendedAt }: DeliveredRecord): AskedErasure | AppError {
  const { erasureId, userId, datasetIds, requestedAt = appendedAt } = TOPIC_CODECS.erasures.decode(value);
  if (erasureId !== '' && userId !== '') return { erasureId, userId, datasetIds, requestedAt };
  return new AppError('invalid.event', 'the record names no erasure or no user');
}

/** Tells the fleet what a service has erased, in signed receipts on `erasure-receipts.v1` that name the user by keyed hash. */
export function erasureReceipts(
  service: string,
  { eventLog, privacy }: { readonly eventLog: Pick<EventLog, 'append'>; readonly privacy: Privacy },
) {
  return {
    publish: (
      { erasureId, userId }: Pick<AskedErasure, 'erasureId' | 'userId'>,
      outcome: { readonly erasedCounts: Readonly<Record<string, number>>; readonly doneAt: Date },
    ): Promise<void> =>
      appendReceipt({ eventLog, privacy }, { erasureId, service, userKey: privacy.userKeyOf(userId), ...outcome }),
  };
}
