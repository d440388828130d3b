import { openObjectStore } from '@attune/object-store';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Dataset } from '../src/ports';
import { aCommunity } from './an-interaction-table';

/** Writes a training set of two groups of people with opposite tastes: enough for every trainer, small enough for a second. */
export async function writeSmallDataset(
  objectStoreUrl: string,
  datasetId: string,
  keyOf: (user: number) => string,
): Promise<Dataset> {
  const rows = Array.from({ length: 24 }, (_, user) =>
    Array.from({ length: 8 }, (_, n) => ({ user, item: (user % 2) * 10 + ((user + n) % 10), n })),
  ).flat();
  return writeDataset(objectStoreUrl, datasetId, {
    userKeys: rows.map(({ user }) => keyOf(user)),
    itemIds: rows.map(({ item }) => `i${item}`),
    timesMs: rows.map(({ n }) => 1.7e12 + n * 1000),
  });
}

/** Writes a training set of 400 people with four tastes, up to a moment of their 60 days: a training of it takes a moment. */
export async function writeTastes(
  objectStoreUrl: string,
  datasetId: string,
  { untilMs = Number.POSITIVE_INFINITY } = {},
): Promise<Dataset> {
  const { users, items, userIndex, itemIndex, timeMs } = aCommunity({ userCount: 400, itemCount: 200, likes: 25 });
  const rows = [...userIndex.keys()].filter((row) => timeMs[row]! <= untilMs);
  return writeDataset(objectStoreUrl, datasetId, {
    userKeys: rows.map((row) => users[userIndex[row]!]!),
    itemIds: rows.map((row) => items[itemIndex[row]!]!),
    timesMs: rows.map((row) => timeMs[row]!),
  });
}

async function writeDataset(
  objectStoreUrl: string,
  datasetId: string,
  likes: { readonly userKeys: string[]; readonly itemIds: string[]; readonly timesMs: number[] },
): Promise<Dataset> {
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'user_key', data: likes.userKeys, type: 'STRING' },
      { name: 'item_id', data: likes.itemIds, type: 'STRING' },
      { name: 'type', data: likes.itemIds.map(() => 'like'), type: 'STRING' },
      { name: 'value', data: likes.itemIds.map(() => null), type: 'DOUBLE', nullable: true },
      { name: 'occurred_at', data: likes.timesMs, type: 'DOUBLE' },
    ],
  });
  const key = `datasets/${datasetId}/part-00000.parquet`;
  await using objectStore = openObjectStore(objectStoreUrl);
  await objectStore.put(key, new Uint8Array(buffer));
  return {
    datasetId,
    kind: 'interactions',
    objectKeys: [key],
    itemObjectKeys: [],
    followObjectKeys: [],
    rowCount: likes.itemIds.length,
    featureSchemaHash: '',
  };
}
