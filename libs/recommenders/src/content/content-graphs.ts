import { type Csr, nearestItems, transposeCsr } from '@attune/kernels';
import {
  type ArtifactGraph,
  buildRetrievalByHistoryGraph,
  buildSimilarFromTableGraph,
  type NeighborTable,
} from '@attune/onnx';
import { GOLDEN_K, spreadRows, vectorOf } from '../golden-inputs';

/**
 * For every item the nearest by cosine, best first, computed in WebAssembly; an item stands in its own row with the weight 0 where
 * there are fewer. `vectors` [items x terms] has rows of length 1 or empty.
 */
export async function neighborTable(
  vectors: Csr,
  termCount: number,
  options: { readonly width: number; readonly threads: number; readonly signal?: AbortSignal },
): Promise<NeighborTable> {
  const itemCount = vectors.rowCount;
  const width = Math.max(1, Math.min(options.width, itemCount - 1));
  const indices = new Int32Array(itemCount * width);
  for (let item = 0; item < itemCount; item++) indices.fill(item, item * width, (item + 1) * width);
  const weights = new Float32Array(itemCount * width);
  const { threads, signal } = options;
  // terms take the part of users: items are near when they share many
  const matrix = transposeCsr(vectors, termCount);
  const norms = new Float32Array(itemCount).fill(1);
  const nearest = await nearestItems({ matrix, itemCount, norms, shrink: 0, k: width, threads, signal });
  for (let item = 0; item < itemCount; item++) {
    const [first, last] = [nearest.offsets[item]!, nearest.offsets[item + 1]!];
    indices.set(nearest.indices.subarray(first, last), item * width);
    weights.set(nearest.values.subarray(first, last), item * width);
  }
  return { itemCount, width, indices, weights };
}

/** The serving graphs of content: similar items, and items near what somebody liked. */
export function contentGraphs(table: NeighborTable): ArtifactGraph[] {
  const items = spreadRows(table.itemCount);
  const k = vectorOf('int64', Math.min(GOLDEN_K, table.width));
  const history = {
    history_items: vectorOf('int32', ...items),
    history_weights: vectorOf('float32', ...items.map(() => 1)),
  };
  return [
    {
      name: 'retrieval_by_history',
      model: buildRetrievalByHistoryGraph(table),
      goldenInputs: [{ ...history, k }],
    },
    {
      name: 'similar_items',
      model: buildSimilarFromTableGraph(table),
      goldenInputs: items.map((item) => ({ item_index: vectorOf('int32', item), k })),
    },
  ];
}
