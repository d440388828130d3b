import { TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type DeliveredRecord, decodeRecords, type HandleContext } from '@attune/event-log';
import type { Erasure } from '../use-cases/forget-user';

/** Makes the consumer of `erasures.v1`: users who must be forgotten. */
export function makeOnErasure(forgetUser: (erasure: Erasure) => Promise<void>) {
  return async (batch: readonly DeliveredRecord[], context: Pick<HandleContext, 'deadLetter'>): Promise<void> => {
    for (const erasure of await decodeRecords(batch, context, decode)) await forgetUser(erasure);
  };
}

function decode({ value, appendedAt }: DeliveredRecord): Erasure | AppError {
  const { erasureId, userId, requestedAt = appendedAt } = TOPIC_CODECS.erasures.decode(value);
  if (erasureId !== '' && userId !== '') return { erasureId, userId, requestedAt };
  return new AppError('invalid.event', 'the record names no erasure or no user');
}
