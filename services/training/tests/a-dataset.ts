import { openObjectStore } from '@attune/object-store';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Dataset } from '../src/ports';

/** Writes a training set of two groups of people with opposite tastes: enough for every trainer, small enough for a second. */
export async function writeSmallDataset(
  objectStoreUrl: string,
  datasetId: string,
  keyOf: (user: number) => string,
): Promise<Dataset> {
  const rows = Array.from({ length: 24 }, (_, user) =>
    Array.from({ length: 8 }, (_, n) => ({ user, item: (user % 2) * 10 + ((user + n) % 10), n })),
  ).flat();
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'user_key', data: rows.map(({ user }) => keyOf(user)), type: 'STRING' },
      { name: 'item_id', data: rows.map(({ item }) => `i${item}`), type: 'STRING' },
      { name: 'type', data: rows.map(() => 'like'), type: 'STRING' },
      { name: 'value', data: rows.map(() => null), type: 'DOUBLE', nullable: true },
      { name: 'occurred_at', data: rows.map(({ n }) => 1.7e12 + n * 1000), type: 'DOUBLE' },
    ],
  });
  const key = `datasets/${datasetId}/part-00000.parquet`;
  await using objectStore = openObjectStore(objectStoreUrl);
  await objectStore.put(key, new Uint8Array(buffer));
  return { datasetId, objectKeys: [key], itemObjectKeys: [], followObjectKeys: [], rowCount: rows.length };
}
