import { AppError } from '@attune/errors';
import { GraphBuilder } from './graph-builder';
import { addTopK, OUTPUT_NAMES } from './serving-graphs';

/** For every item the items that it speaks for: row i has `width` of them in `indices`, with weights in `weights`. */
export interface NeighborTable {
  readonly itemCount: number;
  readonly width: number;
  /** [itemCount x width] */
  readonly indices: Int32Array;
  /** [itemCount x width] */
  readonly weights: Float32Array;
}

function addTable(graph: GraphBuilder, { itemCount, width, indices, weights }: NeighborTable): void {
  if (itemCount < 1 || width < 1) throw new AppError('invalid.graph', `a table of ${itemCount} x ${width} is empty`);
  if (indices.some((item) => item < 0 || item >= itemCount)) {
    throw new AppError('invalid.graph', `a neighbour is not one of ${itemCount} items`);
  }
  graph.initializer('neighbor_indices', indices, [itemCount, width]);
  graph.initializer('neighbor_weights', weights, [itemCount, width]);
}

/**
 * Retrieval by what one user liked, without a user table: input `history_items` int32 [h], `history_weights`
 * f32 [h] and `k` int64 [1]; item j's score is the sum over e of history_weights[e] times the weight of j among the neighbours of
 * history_items[e]. Outputs [1, k]. Items of the history are not excluded.
 */
export function buildRetrievalByHistoryGraph(table: NeighborTable): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('retrieval_by_history');
  const history = graph.input({ name: 'history_items', type: 'int32', shape: ['h'] });
  const weights = graph.input({ name: 'history_weights', type: 'float32', shape: ['h'] });
  graph.input({ name: 'k', type: 'int64', shape: [1] });
  addTable(graph, table);
  const gather = { axis: 0 };
  graph.node({ op: 'Gather', inputs: ['neighbor_indices', history], outputs: ['own_indices'], attributes: gather });
  graph.node({ op: 'Gather', inputs: ['neighbor_weights', history], outputs: ['own_weights'], attributes: gather });
  graph.initializer('column', BigInt64Array.of(-1n, 1n), [2]);
  graph.initializer('flat', BigInt64Array.of(-1n), [1]);
  graph.node({ op: 'Reshape', inputs: [weights, 'column'], outputs: ['weight_column'] });
  graph.node({ op: 'Mul', inputs: ['own_weights', 'weight_column'], outputs: ['weighted'] });
  graph.node({ op: 'Reshape', inputs: ['own_indices', 'flat'], outputs: ['flat_indices'] });
  graph.node({ op: 'Reshape', inputs: ['weighted', 'flat'], outputs: ['flat_weights'] });
  graph.initializer('no_scores', new Float32Array(table.itemCount), [table.itemCount]);
  graph.node({
    op: 'ScatterElements',
    inputs: ['no_scores', 'flat_indices', 'flat_weights'],
    outputs: ['sums'],
    attributes: { axis: 0, reduction: { text: 'add' } },
  });
  graph.initializer('row', BigInt64Array.of(1n, -1n), [2]);
  graph.node({ op: 'Reshape', inputs: ['sums', 'row'], outputs: ['all_scores'] });
  return addTopK(graph, 'all_scores', table.itemCount, 1);
}

/** The same retrieval by all weights: `weights` [itemCount x itemCount], row i what item i says for others. */
export function buildRetrievalByWholeHistoryGraph(model: {
  readonly itemCount: number;
  readonly weights: Float32Array;
}): Uint8Array<ArrayBuffer> {
  const { itemCount, weights } = model;
  const graph = new GraphBuilder('retrieval_by_history');
  const history = graph.input({ name: 'history_items', type: 'int32', shape: ['h'] });
  const strengths = graph.input({ name: 'history_weights', type: 'float32', shape: ['h'] });
  graph.input({ name: 'k', type: 'int64', shape: [1] });
  graph.initializer('item_weights', weights, [itemCount, itemCount]);
  graph.initializer('row', BigInt64Array.of(1n, -1n), [2]);
  graph.node({ op: 'Gather', inputs: ['item_weights', history], outputs: ['own_weights'], attributes: { axis: 0 } });
  graph.node({ op: 'Reshape', inputs: [strengths, 'row'], outputs: ['strength_row'] });
  graph.node({ op: 'MatMul', inputs: ['strength_row', 'own_weights'], outputs: ['all_scores'] });
  return addTopK(graph, 'all_scores', itemCount, 1);
}

/**
 * Items by similarity to an item, from a table whose rows are ordered, best first: input `item_index` int32 [batch] and `k`;
 * outputs [batch, k], k cut to the width of the table. Where an item has fewer neighbours, the table names the item itself.
 */
export function buildSimilarFromTableGraph(table: NeighborTable): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('similar_items');
  const index = graph.input({ name: 'item_index', type: 'int32', shape: ['batch'] });
  graph.input({ name: 'k', type: 'int64', shape: [1] });
  addTable(graph, table);
  const { scores, itemIndices } = OUTPUT_NAMES;
  graph.initializer('first', BigInt64Array.of(0n), [1]);
  graph.initializer('axis', BigInt64Array.of(1n), [1]);
  for (const [from, to] of [['neighbor_weights', scores] as const, ['neighbor_indices', itemIndices] as const]) {
    graph.node({ op: 'Gather', inputs: [from, index], outputs: [`${to}_all`], attributes: { axis: 0 } });
    graph.node({ op: 'Slice', inputs: [`${to}_all`, 'first', 'k', 'axis'], outputs: [to] });
  }
  graph.output({ name: scores, type: 'float32', shape: ['batch', 'k'] });
  graph.output({ name: itemIndices, type: 'int32', shape: ['batch', 'k'] });
  return graph.finish();
}
