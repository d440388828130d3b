import { TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type DeliveredRecord, decodeRecords, type HandleContext } from '@attune/event-log';
import type { Exposure } from '../domain/facts';
import type { FactBatch } from '../ports';

/** Makes the consumer of `exposures.v1`: units that were given a variant by `Assign`. */
export function makeOnExposure(takeIn: (batch: FactBatch) => Promise<void>, userKeyOf: (userId: string) => string) {
  return async (batch: readonly DeliveredRecord[], context: Pick<HandleContext, 'deadLetter'>): Promise<void> => {
    await takeIn({ exposures: await decodeRecords(batch, context, (record) => decode(record, userKeyOf)) });
  };
}

function decode({ value }: DeliveredRecord, userKeyOf: (userId: string) => string): Exposure | AppError {
  const { unitId, experimentId, variant, exposedAt, attributes } = TOPIC_CODECS.exposures.decode(value);
  if (unitId === '' || experimentId === '' || variant === '' || exposedAt === undefined) {
    return new AppError('invalid.event', 'the record has no unit, experiment, variant or time');
  }
  return { experimentId, variant, unitKey: userKeyOf(unitId), at: exposedAt, attributes };
}
