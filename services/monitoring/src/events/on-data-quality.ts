import { TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type DeliveredRecord, decodeRecords, type HandleContext } from '@attune/event-log';
import type { QualityFact } from '../domain/facts';
import type { FactBatch } from '../fact-ports';

/** Makes the consumer of `data-quality.v1`: what the feature-store found out of the ordinary in incoming data. */
export function makeOnDataQuality(takeIn: (batch: FactBatch) => Promise<void>) {
  return async (batch: readonly DeliveredRecord[], context: Pick<HandleContext, 'deadLetter'>): Promise<void> => {
    await takeIn({ findings: await decodeRecords(batch, context, decode) });
  };
}

function decode({ value }: DeliveredRecord): QualityFact | AppError {
  const { hour, ...anomaly } = TOPIC_CODECS.dataQuality.decode(value);
  if (anomaly.eventId === '' || hour === undefined)
    return new AppError('invalid.event', 'the record has no event id or hour');
  return { ...anomaly, hour };
}
