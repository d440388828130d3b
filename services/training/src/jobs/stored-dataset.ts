import { AppError, isAppError } from '@attune/errors';
import type { ObjectStore } from '@attune/object-store';
import { z } from 'zod';
import type { Dataset } from '../ports';

const manifestSchema = z.object({
  objectKeys: z.array(z.string()),
  itemObjectKeys: z.array(z.string()).default([]),
  followObjectKeys: z.array(z.string()).default([]),
  rowCount: z.number().int().nonnegative(),
  featureSchemaHash: z.string().default(''),
});

/** What the object store says of a data set; undefined where there is none of that id. */
export async function findDataset(
  objectStore: Pick<ObjectStore, 'get'>,
  datasetId: string,
): Promise<Dataset | undefined> {
  if (!/^[0-9a-f]{64}$/.test(datasetId)) return undefined;
  const key = `datasets/${datasetId}/dataset.json`;
  const bytes = await objectStore.get(key).catch((error: unknown) => {
    if (isAppError(error, 'not_found')) return undefined;
    throw error;
  });
  if (bytes === undefined) return undefined;
  try {
    return { datasetId, ...manifestSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))) };
  } catch (cause) {
    throw new AppError('data_loss.dataset', `${key} is not the description of a data set`, { cause });
  }
}
