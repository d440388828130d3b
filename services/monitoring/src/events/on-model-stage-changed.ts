import { TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type DeliveredRecord, decodeRecords, type HandleContext } from '@attune/event-log';
import type { StageFact } from '../domain/facts';
import type { FactBatch } from '../fact-ports';

/** Makes the consumer of `models.v1`: which version serves, and when that changed. */
export function makeOnModelStageChanged(takeIn: (batch: FactBatch) => Promise<void>) {
  return async (batch: readonly DeliveredRecord[], context: Pick<HandleContext, 'deadLetter'>): Promise<void> => {
    await takeIn({ stages: await decodeRecords(batch, context, decode) });
  };
}

function decode({ value, appendedAt }: DeliveredRecord): StageFact | AppError {
  const {
    eventId,
    model,
    kind,
    fromStage,
    toStage,
    changedAt = appendedAt,
    sequence,
  } = TOPIC_CODECS.models.decode(value);
  if (eventId === '' || model === undefined)
    return new AppError('invalid.event', 'the record has no event id or model');
  const { name, version } = model;
  return { eventId, name, version, kind, fromStage, stage: toStage, sequence, at: changedAt };
}
