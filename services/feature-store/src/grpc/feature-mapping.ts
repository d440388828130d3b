import { common, encodeFeatureTable, type featureStore } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { FeatureReading, Missing } from '../domain/feature-reading';
import type { FeatureEntity, FeatureValue } from '../domain/features/feature';
import type { FeatureMatrixAnswer } from '../use-cases/get-feature-matrix';
import type { FeatureAnswer, FeatureQuestion } from '../use-cases/get-features';
import type { FeaturePage, FeaturePageQuestion } from '../use-cases/list-features';

const { EntityType, MissingReason } = common;

const MISSING: Readonly<Record<Missing, common.MissingReason>> = {
  unknown_entity: MissingReason.UNKNOWN_ENTITY,
  never_observed: MissingReason.NEVER_OBSERVED,
  expired: MissingReason.EXPIRED,
  no_consent: MissingReason.NO_CONSENT,
};

const ENTITY_TYPE: Readonly<Record<FeatureEntity, common.EntityType>> = {
  user: EntityType.USER,
  item: EntityType.ITEM,
  user_item: EntityType.USER_ITEM,
};

/** Whose features are wanted. */
export function toFeatureQuestion(request: featureStore.GetFeaturesRequest): FeatureQuestion {
  const { entityIds, pairs, featureNames, withVersions } = request;
  const entity = toEntity(request.entityType);
  if (entity !== undefined) return { entity, entityIds, pairs, featureNames, withVersions };
  throw invalidEntityType('must be USER, ITEM or USER_ITEM');
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
      return 'user_item';
    default:
      throw invalidEntityType('is not a type of entity');
  }
}

function invalidEntityType(description: string): AppError {
  const violations = [{ field: 'entity_type', description }];
  return new AppError('invalid.request', `entity_type ${description}`, { violations });
}

/** The features that were read. */
export function fromFeatureAnswer({ rows, schemaHash, readAt }: FeatureAnswer): featureStore.GetFeaturesResponse {
  return {
    rows: rows.map(({ userId, itemId, readings, versions }) => ({
      entityId: userId === '' ? itemId : userId,
      itemId: userId === '' ? '' : itemId,
      values: readings.map(fromReading),
      versions: versions.length === 0 ? [] : [...versions],
      readAt,
    })),
    schemaHash,
  };
}

function fromReading(reading: FeatureReading): common.FeatureValue {
  const { name, updatedAt } = reading;
  if ('missing' in reading) return { name, updatedAt, value: { $case: 'missing', value: MISSING[reading.missing] } };
  return { name, updatedAt, value: fromValue(reading.value) };
}

function fromValue(value: FeatureValue): common.FeatureValue['value'] {
  if (typeof value === 'number') return { $case: 'number', value };
  if (typeof value === 'string') return { $case: 'text', value };
  const numbers = value.filter((entry) => typeof entry === 'number');
  if (numbers.length === value.length && numbers.length > 0) return { $case: 'numbers', value: { values: numbers } };
  const entries = value.filter((entry) => typeof entry !== 'number');
  return { $case: 'scoredNames', value: { entries: entries.map((entry) => ({ ...entry })) } };
}

/** Features of a user and, packed, of items. */
export function fromFeatureMatrix({
  userReadings,
  readAt,
  ...matrix
}: FeatureMatrixAnswer): featureStore.GetFeatureMatrixResponse {
  return {
    userFeatures: userReadings.map(fromReading),
    items: encodeFeatureTable({ ...matrix, readAtMs: readAt.getTime() }),
  };
}

/** A page of feature definitions. */
export function fromFeaturePage({ features, nextPageToken }: FeaturePage): featureStore.ListFeaturesResponse {
  return {
    nextPageToken,
    features: features.map(({ name, entity, view, valueType, unit, description, version, owner, ...rest }) => ({
      ...{ name, view, valueType, unit, description, version, owner },
      entityType: ENTITY_TYPE[entity],
      timeToLiveSeconds: rest.timeToLiveSeconds,
      defaultValue: rest.defaultValue === undefined ? '' : String(rest.defaultValue),
      schemaHash: rest.schemaHash,
    })),
  };
}
