import { TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { DeliveredRecord, HandleContext } from '@attune/event-log';
import type { Erasure } from '../domain/erasure';
import type { Waiting } from '../ports';

const HEARTBEAT_MS = 5_000;

/** What the consumer calls. */
export interface OnErasureParts {
  readonly eraseUser: (erasure: Erasure, waiting: Waiting) => Promise<void>;
}

/** Makes the consumer of `erasures.v1`: who must be forgotten. */
export function makeOnErasure({ eraseUser }: OnErasureParts) {
  return async function onErasure(
    batch: readonly DeliveredRecord[],
    context: Pick<HandleContext, 'signal' | 'heartbeat' | 'deadLetter'>,
  ): Promise<void> {
    // It waits for the other consumers, which may be behind.
    const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    try {
      for (const record of batch) {
        const erasure = decode(record);
        if (erasure instanceof AppError) await context.deadLetter(record, erasure);
        else await eraseUser(erasure, context);
      }
    } finally {
      clearInterval(beat);
    }
  };
}

function decode({ value }: DeliveredRecord): Erasure | AppError {
  try {
    const { erasureId, userId, requestedAt } = TOPIC_CODECS.erasures.decode(value);
    if (erasureId !== '' && userId !== '' && requestedAt !== undefined) return { erasureId, userId, requestedAt };
    return new AppError('invalid.event', 'the record names no erasure, no user or no time');
  } catch (cause) {
    return new AppError('invalid.event', 'the record is not an ErasureRequested', { cause });
  }
}
