import { seededNormal } from '@attune/kernels';
import type { openObjectStore } from '@attune/object-store';
import {
  buildRetrievalGraph,
  buildSimilarItemsGraph,
  normalizeRows,
  type TensorValue,
  writeArtifact,
} from '@attune/onnx';

const vector = (type: 'int32' | 'int64', value: number): TensorValue => ({ type, dims: [1], data: [value] });

/** Writes a factorization of random vectors; equal seeds give equal artifacts. Users are known by the keys that they are given. */
export async function writeRandomAls(
  store: ReturnType<typeof openObjectStore>,
  order: { readonly items: number; readonly rank: number; readonly userKeys: readonly string[]; readonly seed: number },
): Promise<string> {
  const { items, rank, userKeys, seed } = order;
  const normal = seededNormal(seed);
  const table = (rows: number) => Float32Array.from({ length: rows * rank }, () => normal());
  const [userFactors, itemFactors] = [table(userKeys.length), table(items)];
  const k = vector('int64', 5);
  const { digest } = await writeArtifact(store, {
    modelKind: 'als',
    settings: {},
    datasetHash: 'bench',
    featureSchemaHash: '',
    metrics: {},
    createdAt: new Date(0),
    graphs: [
      {
        name: 'retrieval',
        model: buildRetrievalGraph({ userFactors, itemFactors, rank }),
        goldenInputs: [{ user_index: vector('int32', 1), k }],
      },
      {
        name: 'similar_items',
        model: buildSimilarItemsGraph({ itemFactors: normalizeRows(itemFactors, rank), rank }),
        goldenInputs: [{ item_index: vector('int32', 1), k }],
      },
    ],
    itemIds: Array.from({ length: items }, (_, item) => `item-${item}`),
    userKeys,
  });
  return digest;
}
