import { decisionIdAt } from '@attune/decision-ids';
import { AppError } from '@attune/errors';
import type { BorrowedModel, ModelLoader, ModelShelf } from '../model-ports';
import type { FeatureReader, MadePredictions, PredictionPublisher, Waiting } from '../ports';
import { predictionsMade } from '../telemetry';
import { predictEngagement } from './predict-engagement';
import { type PredictScoresParts, predictScores } from './predict-scores';
import type { Prediction, PredictionPair, Predictions, PredictQuery } from './prediction';

/** What predicting needs. */
export interface PredictParts extends PredictScoresParts {
  readonly models: Pick<ModelShelf, 'borrowVersion'>;
  readonly loader: Pick<ModelLoader, 'loaded'>;
  readonly features: FeatureReader;
  /** Ten bytes of randomness: they name the batch. */
  readonly entropy: () => Uint8Array;
  /** Is told what was said; it never waits. */
  readonly published: PredictionPublisher;
  /** Milliseconds from any fixed moment. */
  readonly stopwatch: () => number;
}

const USUAL_MODEL = 'engagement';
const USUAL_LABEL = 'click';

/** Makes the use case: what a model predicts for pairs of user and item. */
export function makePredict(parts: PredictParts) {
  return async function predict(query: PredictQuery, waiting: Waiting): Promise<Predictions> {
    const startedAt = parts.stopwatch();
    const name = query.model || USUAL_MODEL;
    using model = parts.models.borrowVersion(name, query.version);
    if (model === undefined) throw notLoaded(parts.loader, name, query.version);
    const pairs = query.pairs.map((pair, place) => ({ ...pair, place }));
    let predictions: readonly Prediction[];
    if (model.kind === 'engagement') {
      predictions = await predictEngagement(model, parts.features, pairs, waiting);
    } else {
      checkIds(model, pairs);
      predictions = await predictScores(model, parts, pairs, waiting);
    }
    const failed = predictions.reduce((count, { isThere }) => count + (isThere ? 0 : 1), 0);
    predictionsMade(model.ref, { made: predictions.length - failed, failed });
    const predictedAt = parts.clock();
    const predictionId = decisionIdAt(predictedAt, parts.entropy());
    const said = saidOf(pairs, predictions);
    if (said.length > 0) {
      const areProbabilities = model.kind === 'engagement' && model.labels.includes(USUAL_LABEL);
      const latencyMs = parts.stopwatch() - startedAt;
      const call = { predictionId, predictedAt, model: model.ref, areProbabilities, latencyMs };
      parts.published.publish({ ...call, predictions: said });
    }
    return { predictionId, model: model.ref, predictions };
  };
}

/** What was said of whom; nothing that users do can be held against what is about nobody or nothing. */
function saidOf(pairs: readonly PredictionPair[], predictions: readonly Prediction[]): MadePredictions['predictions'] {
  return predictions.flatMap((prediction, at) => {
    const { userId, itemId } = pairs[at]!;
    return prediction.isThere && userId !== '' && itemId !== '' ? [{ userId, itemId, score: prediction.value }] : [];
  });
}

/** Models of users and items are asked by their ids, and take no features. */
function checkIds({ ref, kind }: BorrowedModel, pairs: readonly PredictionPair[]): void {
  const violations = pairs.flatMap(({ userId, itemId, features }, at) => [
    ...(userId === '' && kind !== 'popularity'
      ? [{ field: `pairs[${at}].user_id`, description: 'is empty: an id is required' }]
      : []),
    ...(itemId === '' ? [{ field: `pairs[${at}].item_id`, description: 'is empty: an id is required' }] : []),
    ...(Object.keys(features).length > 0
      ? [{ field: `pairs[${at}].features`, description: `are not taken by ${ref.name}, which knows users and items` }]
      : []),
  ]);
  const [first] = violations;
  if (first === undefined) return;
  const more = violations.length === 1 ? '' : ` (and ${violations.length - 1} more)`;
  throw new AppError('invalid.request', `${first.field} ${first.description}${more}`, { violations });
}

function notLoaded(loader: Pick<ModelLoader, 'loaded'>, name: string, version: string): AppError {
  const loaded = loader.loaded();
  const versions = loaded.filter(({ ref }) => ref.name === name);
  if (versions.length === 0) {
    const names = [...new Set(loaded.map(({ ref }) => `"${ref.name}"`))].join(', ') || 'none';
    return new AppError(
      'failed_precondition.model',
      `no model "${name}" is loaded: train one and promote it; loaded are ${names}`,
    );
  }
  const said = versions.map(({ ref, stage }) => `${ref.version} (${stage})`).join(', ');
  const which =
    version === ''
      ? `no version of model "${name}" is in production`
      : `version ${version} of model "${name}" is not loaded`;
  return new AppError('failed_precondition.model_version', `${which}; loaded are ${said}`);
}
