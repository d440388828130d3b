import { common, featureStore } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { FeatureReading, Missing } from '../domain/feature-reading';
import type { FeatureEntity } from '../domain/features/feature';
import type { InteractionOutcome } from '../domain/interaction';
import type { TrainingSetProgress, TrainingSetQuestion } from '../use-cases/build-training-set';
import type { FeatureAnswer, FeatureQuestion } from '../use-cases/get-features';
import type { FeaturePage, FeaturePageQuestion } from '../use-cases/list-features';
import type { BatchOutcome, InteractionBatch } from '../use-cases/record-interactions';
import type { StreamOutcome } from '../use-cases/stream-interactions';

const { EntityType, MissingReason } = common;
const { InteractionStatus, TrainingSetKind } = featureStore;

const STATUS = {
  accepted: InteractionStatus.ACCEPTED,
  duplicate: InteractionStatus.DUPLICATE,
  rejected: InteractionStatus.REJECTED,
} as const;

const MISSING: Readonly<Record<Missing, common.MissingReason>> = {
  unknown_entity: MissingReason.UNKNOWN_ENTITY,
  never_observed: MissingReason.NEVER_OBSERVED,
  expired: MissingReason.EXPIRED,
};

const ENTITY_TYPE: Readonly<Record<FeatureEntity, common.EntityType>> = {
  user: EntityType.USER,
  item: EntityType.ITEM,
};

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

/** Whose features are wanted. */
export function toFeatureQuestion(request: featureStore.GetFeaturesRequest): FeatureQuestion {
  const { entityIds, featureNames } = request;
  const entity = toEntity(request.entityType);
  if (entity !== undefined) return { entity, entityIds, featureNames };
  throw invalidEntityType('must be USER or ITEM');
}

/** Which page of feature definitions is wanted. */
export function toFeaturePageQuestion(request: featureStore.ListFeaturesRequest): FeaturePageQuestion {
  const { pageSize, pageToken } = request;
  return { entity: toEntity(request.entityType), pageSize, pageToken };
}

function toEntity(type: common.EntityType): FeatureEntity | undefined {
  switch (type) {
    case EntityType.UNSPECIFIED:
      return undefined;
    case EntityType.USER:
      return 'user';
    case EntityType.ITEM:
      return 'item';
    case EntityType.USER_ITEM:
      throw new AppError('unimplemented.entity_type', 'features of a user and an item are not built yet');
    default:
      throw invalidEntityType('is not a type of entity');
  }
}

function invalidEntityType(description: string): AppError {
  const violations = [{ field: 'entity_type', description }];
  return new AppError('invalid.request', `entity_type ${description}`, { violations });
}

/** The features that were read. */
export function fromFeatureAnswer({ rows, schemaHash }: FeatureAnswer): featureStore.GetFeaturesResponse {
  return {
    rows: rows.map(({ entityId, readings }) => ({
      ...{ entityId, itemId: '', versions: [], readAt: undefined },
      values: readings.map(fromReading),
    })),
    schemaHash,
  };
}

function fromReading(reading: FeatureReading): common.FeatureValue {
  const { name, updatedAt } = reading;
  if ('missing' in reading) return { name, updatedAt, value: { $case: 'missing', value: MISSING[reading.missing] } };
  return { name, updatedAt, value: { $case: 'number', value: reading.value } };
}

/** A page of feature definitions. */
export function fromFeaturePage({ features, nextPageToken }: FeaturePage): featureStore.ListFeaturesResponse {
  return {
    nextPageToken,
    features: features.map(({ name, entity, valueType, unit, description, version, owner, ...rest }) => ({
      ...{ name, valueType, unit, description, version, owner },
      entityType: ENTITY_TYPE[entity],
      view: entity,
      timeToLiveSeconds: rest.timeToLiveSeconds,
      defaultValue: rest.defaultValue === undefined ? '' : String(rest.defaultValue),
      schemaHash: rest.schemaHash,
    })),
  };
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
