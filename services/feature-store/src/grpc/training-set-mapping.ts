import { featureStore } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { ExamplesRequest, TrainingSet, TrainingSetProgress, TrainingSetQuestion } from '../use-cases/training-set';

const { TrainingSetKind } = featureStore;
const USUAL_WINDOW_MS = 24 * 3_600_000;

/** Which training set is wanted. */
export function toTrainingSetQuestion(request: featureStore.BuildTrainingSetRequest): TrainingSetQuestion {
  const { from, to, knownAt, includeFlagged } = request;
  const slice = { from, to, knownAt, includeFlagged };
  switch (request.kind) {
    case TrainingSetKind.UNSPECIFIED:
    case TrainingSetKind.INTERACTIONS:
      return {
        ...slice,
        kind: 'interactions',
        includeItems: request.includeItems,
        includeFollows: request.includeFollows,
      };
    case TrainingSetKind.LABELLED_EXAMPLES:
      return { ...slice, kind: 'labelled_examples', ...toExamples(request) };
    default: {
      const violations = [{ field: 'kind', description: 'is not a kind of training set' }];
      throw new AppError('invalid.request', 'kind is not a kind of training set', { violations });
    }
  }
}

function toExamples(
  request: featureStore.BuildTrainingSetRequest,
): Pick<ExamplesRequest, 'labelRule' | 'negatives' | 'split' | 'featureNames'> {
  const { labelRule, negatives, split, featureNames } = request;
  const seconds = negatives?.engagementWindowSeconds ?? 0;
  return {
    ...{ labelRule, split, featureNames },
    negatives: {
      fromImpressions: negatives?.fromImpressions ?? false,
      sampledPerPositive: negatives?.sampledPerPositive ?? 0,
      seed: negatives?.seed ?? 0,
      windowMs: seconds === 0 ? USUAL_WINDOW_MS : Math.round(seconds * 1_000),
    },
  };
}

/** How far a training set is. */
export function fromTrainingSetProgress(progress: TrainingSetProgress): featureStore.BuildTrainingSetResponse {
  const { fraction, rowCount, dataset } = progress;
  return { fraction, rowCount, dataset: dataset === undefined ? undefined : fromTrainingSet(dataset) };
}

function fromTrainingSet(dataset: TrainingSet): featureStore.TrainingSet {
  const { contentHash, objectKeys, knownAt, leftOutUserCount, content } = dataset;
  return featureStore.TrainingSet.fromPartial({
    ...{ datasetId: contentHash, contentHash, objectKeys: [...objectKeys], knownAt, leftOutUserCount },
    ...(content.kind === 'interactions' ? fromInteractions(content) : fromFigures(content)),
  });
}

type Content<Kind> = Extract<TrainingSet['content'], { readonly kind: Kind }>;

function fromInteractions(content: Content<'interactions'>): Partial<featureStore.TrainingSet> {
  const { rowCount, userCount, itemCount, rowsPerType, firstAt, lastAt } = content.summary;
  const beside = {
    itemObjectKeys: [...content.itemObjectKeys],
    followObjectKeys: [...content.followObjectKeys],
  };
  return { rowCount, userCount, itemCount, rowsPerType, firstAt, lastAt, ...beside };
}

function fromFigures({ figures, featureSchemaHash }: Content<'labelled_examples'>): Partial<featureStore.TrainingSet> {
  const { firstAtMs, lastAtMs, columns, rowsPerSplit, ...counts } = figures;
  return {
    ...counts,
    featureSchemaHash,
    rowsPerSplit: { ...rowsPerSplit },
    columns: [...columns],
    firstAt: firstAtMs === undefined ? undefined : new Date(firstAtMs),
    lastAt: lastAtMs === undefined ? undefined : new Date(lastAtMs),
  };
}
