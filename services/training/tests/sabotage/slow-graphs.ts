import { GraphBuilder } from '@attune/onnx';
import { tableOf, withGraph } from './change-content';
import type { Content } from './rankers';

/** So many times scores are ordered before the answer: at least three times the work of the whole answer, which takes other work too. */
const DETOURS = { retrieval: 3, byHistory: 20 };

/** Orders all scores again and again; each time depends on the one before, so that nothing can be left out. */
function detour(
  graph: GraphBuilder,
  { scores, itemCount, times }: { readonly scores: string; readonly itemCount: number; readonly times: number },
): string {
  graph.initializer('every', BigInt64Array.of(BigInt(itemCount)), [1]);
  graph.initializer('nothing', Float32Array.of(0), [1]);
  graph.initializer('last_axis', BigInt64Array.of(1n), [1]);
  let before = scores;
  for (let at = 0; at < times; at++) {
    graph.node({
      op: 'TopK',
      inputs: [before, 'every'],
      outputs: [`sorted${at}`, `places${at}`],
      attributes: { axis: -1 },
    });
    graph.node({
      op: 'ReduceMax',
      inputs: [`sorted${at}`, 'last_axis'],
      outputs: [`top${at}`],
      attributes: { keepdims: 1 },
    });
    graph.node({ op: 'Mul', inputs: [`top${at}`, 'nothing'], outputs: [`zero${at}`] });
    before = graph.node({ op: 'Add', inputs: [before, `zero${at}`], outputs: [`detour${at}`] });
  }
  return before;
}

function finish(graph: GraphBuilder, scores: string, itemCount: number, batch: number | string): Uint8Array {
  graph.initializer('item_count', BigInt64Array.of(BigInt(itemCount)), [1]);
  graph.node({ op: 'Min', inputs: ['k', 'item_count'], outputs: ['k_limited'] });
  const attributes = { axis: -1, largest: 1, sorted: 1 };
  graph.node({ op: 'TopK', inputs: [scores, 'k_limited'], outputs: ['scores', 'wide_indices'], attributes });
  graph.node({ op: 'Cast', inputs: ['wide_indices'], outputs: ['item_indices'], attributes: { to: 6 } });
  graph.output({ name: 'scores', type: 'float32', shape: [batch, 'k'] });
  graph.output({ name: 'item_indices', type: 'int32', shape: [batch, 'k'] });
  return graph.finish();
}

/** The retrieval of a factorization, with something done to its scores. */
export function retrievalWith(
  content: Content,
  change: (graph: GraphBuilder, one: { readonly scores: string; readonly itemCount: number }) => string,
): Content {
  const [users, items] = [tableOf(content, 'user_factors'), tableOf(content, 'items')];
  const graph = new GraphBuilder('retrieval');
  graph.initializer('user_factors', users.values, users.dims);
  graph.initializer('items', items.values, items.dims);
  graph.input({ name: 'user_index', type: 'int32', shape: ['batch'] });
  graph.input({ name: 'k', type: 'int64', shape: [1] });
  graph.node({ op: 'Gather', inputs: ['user_factors', 'user_index'], outputs: ['vector'], attributes: { axis: 0 } });
  graph.node({ op: 'MatMul', inputs: ['vector', 'items'], outputs: ['all_scores'] });
  const itemCount = items.dims[1]!;
  const scores = change(graph, { scores: 'all_scores', itemCount });
  return withGraph(content, 'retrieval', finish(graph, scores, itemCount, 'batch'));
}

/** A factorization that takes several times as long to say the same. */
export function slowRetrieval(content: Content): Content {
  return retrievalWith(content, (graph, { scores, itemCount }) =>
    detour(graph, { scores, itemCount, times: DETOURS.retrieval }),
  );
}

/** Item-item weights that take several times as long to say the same. */
export function slowByHistory(content: Content): Content {
  const { values, dims } = tableOf(content, 'item_weights');
  const itemCount = dims[0]!;
  const graph = new GraphBuilder('retrieval_by_history');
  graph.input({ name: 'history_items', type: 'int32', shape: ['h'] });
  graph.input({ name: 'history_weights', type: 'float32', shape: ['h'] });
  graph.input({ name: 'k', type: 'int64', shape: [1] });
  graph.initializer('item_weights', values, dims);
  graph.initializer('row', BigInt64Array.of(1n, -1n), [2]);
  graph.node({ op: 'Gather', inputs: ['item_weights', 'history_items'], outputs: ['own'], attributes: { axis: 0 } });
  graph.node({ op: 'Reshape', inputs: ['history_weights', 'row'], outputs: ['strengths'] });
  graph.node({ op: 'MatMul', inputs: ['strengths', 'own'], outputs: ['all_scores'] });
  const scores = detour(graph, { scores: 'all_scores', itemCount, times: DETOURS.byHistory });
  return withGraph(content, 'retrieval_by_history', finish(graph, scores, itemCount, 1));
}

/** A factorization whose answer to one user is the root of a negative number. */
export function undefinedFor(content: Content, user: number): Content {
  const users = tableOf(content, 'user_factors').dims[0]!;
  return retrievalWith(content, (graph, { scores }) => {
    const bias = Float32Array.from({ length: users }, (_, row) => (row === user ? -1 : 0));
    graph.initializer('biases', bias, [users, 1]);
    graph.node({ op: 'Gather', inputs: ['biases', 'user_index'], outputs: ['bias'], attributes: { axis: 0 } });
    graph.node({ op: 'Sqrt', inputs: ['bias'], outputs: ['root'] });
    return graph.node({ op: 'Add', inputs: [scores, 'root'], outputs: ['shifted'] });
  });
}
