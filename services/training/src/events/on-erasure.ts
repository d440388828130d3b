import { TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { DeliveredRecord, HandleContext } from '@attune/event-log';
import type { Erasure } from '../domain/erasure';

/** Makes the consumer of `erasures.v1`: users who must be forgotten. */
export function makeOnErasure(markForRetraining: (erasure: Erasure) => Promise<void>) {
  return async function onErasure(
    batch: readonly DeliveredRecord[],
    context: Pick<HandleContext, 'deadLetter'>,
  ): Promise<void> {
    for (const record of batch) {
      const erasure = decode(record);
      if (erasure instanceof AppError) await context.deadLetter(record, erasure);
      else await markForRetraining(erasure);
    }
  };
}

function decode({ value, appendedAt }: DeliveredRecord): Erasure | AppError {
  try {
    const { erasureId, userId, datasetIds, requestedAt = appendedAt } = TOPIC_CODECS.erasures.decode(value);
    if (erasureId !== '' && userId !== '') return { erasureId, userId, datasetIds, requestedAt };
    return new AppError('invalid.event', 'the record names no erasure or no user');
  } catch (cause) {
    return new AppError('invalid.event', 'the record is not an ErasureRequested', { cause });
  }
}
