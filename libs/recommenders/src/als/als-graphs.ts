import type { IalsFactors } from '@attune/kernels';
import { type ArtifactGraph, buildRetrievalGraph, buildSimilarItemsGraph, normalizeRows } from '@attune/onnx';
import { GOLDEN_K, spreadRows, vectorOf } from '../golden-inputs';

/** The serving graphs of a factorization: for known users, for any user vector, and items by cosine. */
export function alsGraphs({ userFactors, itemFactors }: IalsFactors, rank: number): ArtifactGraph[] {
  const users = spreadRows(userFactors.length / rank);
  const items = spreadRows(itemFactors.length / rank);
  const k = vectorOf('int64', GOLDEN_K);
  const vectorOfUser = (user: number) => Array.from(userFactors.subarray(user * rank, (user + 1) * rank));
  return [
    {
      name: 'retrieval',
      model: buildRetrievalGraph({ userFactors, itemFactors, rank }),
      goldenInputs: users.map((user) => ({ user_index: vectorOf('int32', user), k })),
    },
    {
      name: 'retrieval_by_vector',
      model: buildRetrievalGraph({ itemFactors, rank }),
      goldenInputs: users.map((user) => ({
        user_vector: { type: 'float32', dims: [1, rank], data: vectorOfUser(user) },
        k,
      })),
    },
    {
      name: 'similar_items',
      model: buildSimilarItemsGraph({ itemFactors: normalizeRows(itemFactors, rank), rank }),
      goldenInputs: items.map((item) => ({ item_index: vectorOf('int32', item), k })),
    },
  ];
}
