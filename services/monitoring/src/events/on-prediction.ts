import { TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type DeliveredRecord, decodeRecords, type HandleContext } from '@attune/event-log';
import type { PredictionFact } from '../domain/facts';
import type { FactBatch } from '../fact-ports';

/** Makes the consumer of `predictions.v1`: what `Predict` said. */
export function makeOnPrediction(takeIn: (batch: FactBatch) => Promise<void>, userKeyOf: (userId: string) => string) {
  return async (batch: readonly DeliveredRecord[], context: Pick<HandleContext, 'deadLetter'>): Promise<void> => {
    await takeIn({ predictions: await decodeRecords(batch, context, (record) => decode(record, userKeyOf)) });
  };
}

function decode({ value }: DeliveredRecord, userKeyOf: (userId: string) => string): PredictionFact | AppError {
  const { predictionId, userId, predictedAt, model, itemIds, scores, areProbabilities, latencyMs } =
    TOPIC_CODECS.predictions.decode(value);
  if (predictionId === '' || predictedAt === undefined || model === undefined) {
    return new AppError('invalid.event', 'the record has no prediction id, time or model');
  }
  if (scores.length !== itemIds.length || !scores.every(Number.isFinite)) {
    return new AppError('invalid.event', 'the record has not one finite score per item');
  }
  return {
    ...{ predictionId, itemIds, scores, areProbabilities },
    // a user who is not named is nobody, and the same nobody for everybody
    userKey: userId === '' ? '' : userKeyOf(userId),
    at: predictedAt,
    model: { name: model.name, version: model.version },
    latencyMs: Number.isFinite(latencyMs) ? latencyMs : 0,
  };
}
