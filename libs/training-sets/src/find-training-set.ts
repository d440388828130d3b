import { AppError } from '@attune/errors';
import type { ObjectStore } from '@attune/object-store';
import type { TrainingSetFiles } from './read-training-set';

const ID = /^[0-9a-f]{64}$/;

/** The files of a training set of interactions by its id, which is the hash of its content. Throws `not_found.dataset`. */
export async function findTrainingSet(
  objectStore: Pick<ObjectStore, 'get' | 'head'>,
  datasetId: string,
): Promise<TrainingSetFiles> {
  const key = `datasets/${datasetId}/dataset.json`;
  if (!ID.test(datasetId) || (await objectStore.head(key)) === undefined) {
    throw new AppError(
      'not_found.dataset',
      `there is no data set "${datasetId}"; scripts/attune dataset build --kind interactions makes one and says its id`,
    );
  }
  return filesOf(Buffer.from(await objectStore.get(key)).toString('utf8'), datasetId);
}

function filesOf(json: string, datasetId: string): TrainingSetFiles {
  const { kind, objectKeys, itemObjectKeys = [], followObjectKeys = [], rowCount } = parsed(json, datasetId);
  if (kind !== undefined && kind !== 'interactions') {
    throw new AppError('invalid.dataset', `data set "${datasetId}" holds ${kind}: --kind interactions is needed`);
  }
  if (!Array.isArray(objectKeys) || typeof rowCount !== 'number') throw damaged(datasetId);
  return { objectKeys, itemObjectKeys, followObjectKeys, rowCount };
}

function parsed(json: string, datasetId: string): Partial<TrainingSetFiles> & { readonly kind?: string } {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw damaged(datasetId, cause);
  }
}

function damaged(datasetId: string, cause?: unknown): AppError {
  return new AppError('data_loss.dataset', `the description of data set "${datasetId}" cannot be read`, { cause });
}
