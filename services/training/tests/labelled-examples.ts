import { seededUniform } from '@attune/kernels';
import { openObjectStore } from '@attune/object-store';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Dataset } from '../src/ports';

/** How likely an example is clicked: by one feature of the user and one of the item, and by nothing else. */
export function chanceOf(keen: number, popular: number): number {
  return 1 / (1 + Math.exp(1.2 - 2.5 * keen - 1.5 * popular));
}

/** Writes labelled examples as the feature-store does: clicks by chance, likes among them, no comments, few shares. */
export async function writeExamples(
  objectStoreUrl: string,
  datasetId: string,
  { rowCount = 3_000, userCount = 120, seed = 1 } = {},
): Promise<Dataset> {
  const uniform = seededUniform(seed);
  const rows = Array.from({ length: rowCount }, (_, row) => {
    const [keen, popular] = [uniform() * 2 - 1, uniform() * 2 - 1];
    const click = uniform() < chanceOf(keen, popular) ? 1 : 0;
    const like = click === 1 && uniform() < 0.4 ? 1 : 0;
    const split = row < rowCount * 0.8 ? 'train' : row < rowCount * 0.9 ? 'validation' : 'test';
    return { user: `k${Math.floor(uniform() * userCount)}`, keen, popular, click, like, split };
  });
  const text = (name: string, data: string[]) => ({ name, data, type: 'STRING' as const });
  const number = (name: string, data: number[]) => ({ name, data: Float64Array.from(data), type: 'DOUBLE' as const });
  const buffer = parquetWriteBuffer({
    columnData: [
      text(
        'user_key',
        rows.map(({ user }) => user),
      ),
      text(
        'item_id',
        rows.map((_, row) => `i${row % 50}`),
      ),
      number(
        'occurred_at',
        rows.map((_, row) => 1.7e12 + row),
      ),
      number(
        'label',
        rows.map(({ click }) => click),
      ),
      number(
        'strength',
        rows.map(({ click }) => click * 0.3),
      ),
      number(
        'did_click',
        rows.map(({ click }) => click),
      ),
      number(
        'did_like',
        rows.map(({ like }) => like),
      ),
      number(
        'did_comment',
        rows.map(() => 0),
      ),
      number(
        'did_share',
        rows.map((_, row) => (row % 500 === 0 ? 1 : 0)),
      ),
      text(
        'source',
        rows.map(() => 'impression'),
      ),
      number(
        'served',
        rows.map(() => 0),
      ),
      text(
        'split',
        rows.map(({ split }) => split),
      ),
      number(
        'user_keen',
        rows.map(({ keen }, row) => (row % 17 === 0 ? Number.NaN : keen)),
      ),
      number(
        'item_popular',
        rows.map(({ popular }) => popular),
      ),
      // a list is a text of JSON
      text(
        'user_top_interests',
        rows.map(({ user }) => JSON.stringify([{ name: user, score: 1 }])),
      ),
      text(
        'item_category',
        rows.map(() => 'news'),
      ),
    ],
  });
  const key = `datasets/${datasetId}/part-00000.parquet`;
  await using objectStore = openObjectStore(objectStoreUrl);
  await objectStore.put(key, new Uint8Array(buffer));
  const none = { itemObjectKeys: [], followObjectKeys: [] };
  return { datasetId, kind: 'labelled_examples', objectKeys: [key], ...none, rowCount, featureSchemaHash: 'schema' };
}
