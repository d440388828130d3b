import { AppError } from '@attune/errors';
import { GraphBuilder } from './graph-builder';

/** Every serving graph answers with these two: f32 [batch, k], best first, and int32 [batch, k] rows of the item index. */
export const OUTPUT_NAMES = { scores: 'scores', itemIndices: 'item_indices' } as const;

function rowsOf(table: Float32Array, rank: number, what: string): number {
  const rows = table.length / rank;
  if (!Number.isInteger(rows) || rows < 1) {
    throw new AppError('invalid.graph', `${what}: ${table.length} values are not a table with rows of ${rank}`);
  }
  return rows;
}

/** A table [rows x rank] as [rank x rows]: one query then reads items in the order they lie in memory. */
export function transposeTable(table: Float32Array, rank: number): Float32Array<ArrayBuffer> {
  const rows = table.length / rank;
  const transposed = new Float32Array(table.length);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < rank; c++) transposed[c * rows + row] = table[row * rank + c]!;
  }
  return transposed;
}

/** Each row scaled to length 1, so that a dot product is a cosine; rows of zeros stay zeros. */
export function normalizeRows(table: Float32Array, rank: number): Float32Array<ArrayBuffer> {
  const normalized = new Float32Array(table.length);
  for (let at = 0; at < table.length; at += rank) {
    let square = 0;
    for (let c = at; c < at + rank; c++) square += table[c]! * table[c]!;
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let c = at; c < at + rank; c++) normalized[c] = table[c]! * scale;
  }
  return normalized;
}

const CACHED_BYTES = 2 ** 24;

/** Whether a table comes from memory at each request, since no cache keeps it. */
export function isBeyondCaches(table: Float32Array): boolean {
  return table.byteLength > CACHED_BYTES;
}

/**
 * Stores items as [rank x itemCount] for products with one vector, which is what serving asks for; needs `k`. ONNX Runtime packs a
 * stored matrix in blocks that suit many rows. A single row reads a large one faster as it lies (100,000 x 128: 2.1 ms, packed 3.2;
 * 1M: 17 and 26), while two to sixty rows, or a table in a cache, are faster packed. So the shape of a large table waits for `k`,
 * times zero, which says "as it is": ONNX Runtime does not know the matrix before the graph runs, and neither packs nor copies it.
 */
export function storeForOneRow(graph: GraphBuilder, itemFactors: Float32Array, rank: number): string {
  const items = graph.initializer('items', transposeTable(itemFactors, rank), [rank, itemFactors.length / rank]);
  if (!isBeyondCaches(itemFactors)) return items;
  const zero = graph.initializer('zero', BigInt64Array.of(0n), [1]);
  const rest = graph.initializer('rest', BigInt64Array.of(-1n), [1]);
  const asItIs = graph.node({ op: 'Mul', inputs: ['k', zero], outputs: ['as_it_is'] });
  const shape = graph.node({ op: 'Concat', inputs: [asItIs, rest], outputs: ['items_shape'], attributes: { axis: 0 } });
  return graph.node({ op: 'Reshape', inputs: [items, shape], outputs: ['items_as_they_lie'] });
}

/** Ends a graph that has `k` with the best `k` of `scores` [batch, itemCount]; k is cut to the number of items. */
export function addTopK(
  graph: GraphBuilder,
  allScores: string,
  itemCount: number,
  batch: number | string,
): Uint8Array<ArrayBuffer> {
  const limit = graph.initializer('item_count', BigInt64Array.of(BigInt(itemCount)), [1]);
  const k = graph.node({ op: 'Min', inputs: ['k', limit], outputs: ['k_limited'] });
  const { scores, itemIndices } = OUTPUT_NAMES;
  graph.node({
    op: 'TopK',
    inputs: [allScores, k],
    outputs: [scores, 'wide_indices'],
    attributes: { axis: -1, largest: 1, sorted: 1 },
  });
  // int32 reads as plain numbers; int64 would become BigInt
  graph.node({ op: 'Cast', inputs: ['wide_indices'], outputs: [itemIndices], attributes: { to: 6 } });
  graph.output({ name: scores, type: 'float32', shape: [batch, 'k'] });
  graph.output({ name: itemIndices, type: 'int32', shape: [batch, 'k'] });
  return graph.finish();
}

/**
 * Exact retrieval: the items with the largest dot product. With `userFactors` [users x rank] the input is `user_index` int32
 * [batch]; without, it is `user_vector` f32 [batch, rank], for folded-in and live users. Also `k` int64 [1].
 */
export function buildRetrievalGraph(model: {
  readonly userFactors?: Float32Array;
  readonly itemFactors: Float32Array;
  readonly rank: number;
}): Uint8Array<ArrayBuffer> {
  const { userFactors, itemFactors, rank } = model;
  const itemCount = rowsOf(itemFactors, rank, 'item factors');
  const graph = new GraphBuilder(userFactors === undefined ? 'retrieval_by_vector' : 'retrieval');
  let vector: string;
  if (userFactors === undefined) {
    vector = graph.input({ name: 'user_vector', type: 'float32', shape: ['batch', rank] });
  } else {
    const table = graph.initializer('user_factors', userFactors, [rowsOf(userFactors, rank, 'user factors'), rank]);
    const index = graph.input({ name: 'user_index', type: 'int32', shape: ['batch'] });
    vector = graph.node({ op: 'Gather', inputs: [table, index], outputs: ['vector'], attributes: { axis: 0 } });
  }
  graph.input({ name: 'k', type: 'int64', shape: [1] });
  const items = storeForOneRow(graph, itemFactors, rank);
  const scores = graph.node({ op: 'MatMul', inputs: [vector, items], outputs: ['all_scores'] });
  return addTopK(graph, scores, itemCount, 'batch');
}

/**
 * Items by cosine to an item: input `item_index` int32 [batch] and `k`. `itemFactors` [items x rank] must have rows of length 1
 * (see `normalizeRows`). The item itself is among its neighbours, so ask for one more and drop it.
 */
export function buildSimilarItemsGraph(model: {
  readonly itemFactors: Float32Array;
  readonly rank: number;
}): Uint8Array<ArrayBuffer> {
  const { itemFactors, rank } = model;
  const itemCount = rowsOf(itemFactors, rank, 'item factors');
  const graph = new GraphBuilder('similar_items');
  const index = graph.input({ name: 'item_index', type: 'int32', shape: ['batch'] });
  graph.input({ name: 'k', type: 'int64', shape: [1] });
  const items = storeForOneRow(graph, itemFactors, rank);
  const columns = graph.node({ op: 'Gather', inputs: [items, index], outputs: ['columns'], attributes: { axis: 1 } });
  const vector = graph.node({ op: 'Transpose', inputs: [columns], outputs: ['vector'], attributes: { perm: [1, 0] } });
  const scores = graph.node({ op: 'MatMul', inputs: [vector, items], outputs: ['all_scores'] });
  return addTopK(graph, scores, itemCount, 'batch');
}

/** The items with the best fixed scores, the same for everybody: input `k` alone; outputs [1, k]. */
export function buildTrendingGraph(model: { readonly scores: Float32Array }): Uint8Array<ArrayBuffer> {
  const itemCount = rowsOf(model.scores, 1, 'scores');
  const graph = new GraphBuilder('trending');
  graph.input({ name: 'k', type: 'int64', shape: [1] });
  const scores = graph.initializer('item_scores', model.scores, [1, itemCount]);
  return addTopK(graph, scores, itemCount, 1);
}
