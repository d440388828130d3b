import { featureStore } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { InteractionOutcome } from '../domain/interaction';
import type { TrainingSetProgress, TrainingSetQuestion } from '../use-cases/build-training-set';
import type { BatchOutcome, InteractionBatch } from '../use-cases/record-interactions';
import type { StreamOutcome } from '../use-cases/stream-interactions';

const { InteractionStatus, TrainingSetKind } = featureStore;

const STATUS = {
  accepted: InteractionStatus.ACCEPTED,
  duplicate: InteractionStatus.DUPLICATE,
  rejected: InteractionStatus.REJECTED,
} as const;

/** Every batch of a stream. */
export async function* toBatches(
  requests: AsyncIterable<featureStore.StreamInteractionsRequest>,
): AsyncGenerator<InteractionBatch> {
  for await (const { interactions, producer } of requests) yield { interactions, producer };
}

/** What became of a batch. */
export function fromBatchOutcome({ outcomes, ...counts }: BatchOutcome): featureStore.RecordInteractionsResponse {
  return { outcomes: outcomes.map(fromOutcome), ...counts };
}

/** What became of a stream. */
export function fromStreamOutcome({ rejected, ...counts }: StreamOutcome): featureStore.StreamInteractionsResponse {
  return { rejected: rejected.map(fromOutcome), ...counts };
}

function fromOutcome({ eventId, status, problems }: InteractionOutcome): featureStore.InteractionOutcome {
  return { eventId, status: STATUS[status], problems: problems.length === 0 ? [] : [...problems] };
}

/** Which training set is wanted. */
export function toTrainingSetQuestion(request: featureStore.BuildTrainingSetRequest): TrainingSetQuestion {
  const { from, to, knownAt } = request;
  return { from, to, knownAt, kind: toKind(request.kind) };
}

function toKind(kind: featureStore.TrainingSetKind): TrainingSetQuestion['kind'] {
  switch (kind) {
    case TrainingSetKind.UNSPECIFIED:
    case TrainingSetKind.INTERACTIONS:
      return 'interactions';
    case TrainingSetKind.LABELLED_EXAMPLES:
      return 'labelled_examples';
    default: {
      const violations = [{ field: 'kind', description: 'is not a kind of training set' }];
      throw new AppError('invalid.request', 'kind is not a kind of training set', { violations });
    }
  }
}

/** How far a training set is. */
export function fromTrainingSetProgress(progress: TrainingSetProgress): featureStore.BuildTrainingSetResponse {
  const { fraction, rowCount, dataset } = progress;
  return { fraction, rowCount, dataset: dataset === undefined ? undefined : fromTrainingSet(dataset) };
}

function fromTrainingSet(dataset: NonNullable<TrainingSetProgress['dataset']>): featureStore.TrainingSet {
  const { contentHash, objectKeys, knownAt, summary } = dataset;
  const { rowCount, userCount, itemCount, rowsPerType, firstAt, lastAt } = summary;
  return {
    ...{ datasetId: contentHash, contentHash, knownAt, featureSchemaHash: '', objectKeys: [...objectKeys] },
    ...{ rowCount, userCount, itemCount, rowsPerType, firstAt, lastAt },
    ...{ positiveCount: 0, rowsPerSplit: {}, columns: [], servedRowCount: 0, leftOutUserCount: 0 },
  };
}
