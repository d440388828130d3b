import { AppError, isAppError } from '@attune/errors';
import type { ObjectStore } from '@attune/object-store';
import type { TrainingSetFiles } from './read-training-set';

const ID = /^[0-9a-f]{64}$/;
const KINDS = ['interactions', 'labelled_examples'] as const;
/** A description names its files, some 120 bytes each: what is longer than this is none. */
const MOST_BYTES = 16 * 2 ** 20;

/** What a training set holds. */
export type TrainingSetKind = (typeof KINDS)[number];

/** A training set as its description in the store has it. */
export interface StoredTrainingSet extends TrainingSetFiles {
  /** The hash of its content. */
  readonly datasetId: string;
  readonly kind: TrainingSetKind;
  /** Of labelled examples, the schema of their features; empty for others. */
  readonly featureSchemaHash: string;
}

/**
 * The training set of that id; undefined where there is none. Throws `data_loss.dataset` where its description is damaged, or names
 * files that are not its own.
 */
export async function findTrainingSet(
  objectStore: Pick<ObjectStore, 'get' | 'head'>,
  datasetId: string,
): Promise<StoredTrainingSet | undefined> {
  // ids come from callers, and become a part of keys
  if (!ID.test(datasetId)) return undefined;
  const folder = `datasets/${datasetId}/`;
  const bytes = await descriptionIn(objectStore, folder);
  return bytes === undefined ? undefined : { datasetId, ...parsed(bytes, folder) };
}

async function descriptionIn(
  objectStore: Pick<ObjectStore, 'get' | 'head'>,
  folder: string,
): Promise<Uint8Array | undefined> {
  const key = `${folder}dataset.json`;
  const found = await objectStore.head(key);
  if (found === undefined) return undefined;
  if (found.sizeBytes > MOST_BYTES) throw damaged(folder, `it has ${found.sizeBytes} bytes`);
  return objectStore.get(key).catch((error: unknown) => {
    // an erasure may have taken it away meanwhile
    if (isAppError(error, 'not_found')) return undefined;
    throw error;
  });
}

function parsed(bytes: Uint8Array, folder: string): Omit<StoredTrainingSet, 'datasetId'> {
  const described = jsonObject(bytes, folder);
  const { kind, rowCount, featureSchemaHash = '' } = described;
  const keysOf = (name: string) => {
    const keys = described[name] ?? [];
    const areOwn = Array.isArray(keys) && keys.every((key) => typeof key === 'string' && key.startsWith(folder));
    if (!areOwn) throw damaged(folder, `${name} are not files of it`);
    return keys as string[];
  };
  if (!KINDS.includes(kind as TrainingSetKind)) throw damaged(folder, `its kind is ${JSON.stringify(kind)}`);
  if (!Number.isSafeInteger(rowCount) || (rowCount as number) < 0) throw damaged(folder, 'its rowCount is no count');
  if (typeof featureSchemaHash !== 'string') throw damaged(folder, 'its featureSchemaHash is no text');
  return {
    kind: kind as TrainingSetKind,
    objectKeys: keysOf('objectKeys'),
    itemObjectKeys: keysOf('itemObjectKeys'),
    followObjectKeys: keysOf('followObjectKeys'),
    rowCount: rowCount as number,
    featureSchemaHash,
  };
}

function jsonObject(bytes: Uint8Array, folder: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (cause) {
    throw damaged(folder, 'it is not JSON', cause);
  }
  throw damaged(folder, 'it is not an object');
}

function damaged(folder: string, how: string, cause?: unknown): AppError {
  const message = `${folder}dataset.json does not describe a data set: ${how}; build the data set again`;
  return new AppError('data_loss.dataset', message, { cause });
}
