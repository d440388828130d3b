import type { serving } from '@attune/contracts';
import { validate } from '@attune/grpc';
import type { Prediction, Predictions, PredictQuery } from '../use-cases/prediction';

const MAX_PAIRS = 1_000;
const MAX_FEATURES = 2_000;
const MAX_NAME_CHARS = 128;

/** The request of predictions, checked; throws one `invalid.request` with every violation. Which names a model has it says itself. */
export function predictQueryOf({ model, version, pairs }: serving.PredictRequest): PredictQuery {
  const v = validate();
  v.optionalId('model', model, { max: MAX_NAME_CHARS });
  v.optionalId('version', version, { max: MAX_NAME_CHARS });
  v.each('pairs', pairs, { min: 1, max: MAX_PAIRS }, ({ userId, itemId, features }, at) => {
    if (userId !== '') v.id(at('user_id'), userId);
    if (itemId !== '') v.id(at('item_id'), itemId);
    let count = 0;
    for (const name in features) {
      count++;
      if (!Number.isFinite(features[name])) v.finite(`${at('features')}["${name}"]`, features[name]);
    }
    if (count > MAX_FEATURES) v.check(at('features'), true, `has ${count} entries of at most ${MAX_FEATURES}`);
  });
  v.throwIfAny();
  return { model, version, pairs };
}

/** Predictions as the caller sees them. */
export function toPredictResponse({ predictionId, model, predictions }: Predictions): serving.PredictResponse {
  return { predictionId, model: { ...model }, predictions: predictions.map(toPrediction) };
}

function toPrediction(prediction: Prediction): serving.Prediction {
  if (prediction.isThere) {
    const { value, confidence, probabilities } = prediction;
    return { value, confidence, probabilities, problem: undefined };
  }
  const { code, message } = prediction.problem;
  return { value: 0, confidence: 0, probabilities: {}, problem: { code, message, field: '' } };
}
