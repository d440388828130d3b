import { type ArtifactGraph, GraphBuilder, OUTPUT_NAMES, type ValueShape } from '@attune/onnx';
import { GOLDEN_K, spreadRows, vectorOf } from '../golden-inputs';
import { type FoldedNcf, foldNcf } from './fold-ncf';
import type { NcfWeights } from './ncf-weights';
import { buildPairGraph } from './pair-graph';

/** Writes operations with names of their own. */
class FoldedWriter {
  constructor(
    readonly graph: GraphBuilder,
    private readonly model: FoldedNcf,
  ) {}

  /**
   * Log-odds of pairs: [n]. `rowsOf` gives a table's rows for the user [1 or n, width] or the items [n, width].
   */
  logits(rowsOf: (side: 'user' | 'item', name: string, table: Float32Array, width: number) => string): string {
    const { gmf, mlp, bias } = this.model;
    const parts: string[] = [];
    if (gmf !== undefined) {
      const users = rowsOf('user', 'gmf_users', gmf.users, gmf.width);
      const items = rowsOf('item', 'gmf_items', gmf.items, gmf.width);
      const product = this.#node('Mul', [users, items], 'gmf_product');
      const last = this.graph.initializer('last_axis', BigInt64Array.of(-1n), [1]);
      parts.push(this.#node('ReduceSum', [product, last], 'gmf_logits', { keepdims: 1 }));
    }
    if (mlp !== undefined) {
      const users = rowsOf('user', 'mlp_users', mlp.users, mlp.width);
      const items = rowsOf('item', 'mlp_items', mlp.items, mlp.width);
      let x = this.#node('Relu', [this.#node('Add', [users, items], 'layer_0_sum')], 'layer_0');
      for (const [at, { inputs, outputs, weight, bias: shift }] of mlp.layers.entries()) {
        const name = `layer_${at + 1}`;
        const w = this.graph.initializer(`${name}_weight`, weight, [inputs, outputs]);
        const b = this.graph.initializer(`${name}_bias`, shift, [outputs]);
        x = this.#node('Relu', [this.#node('Gemm', [x, w, b], `${name}_sum`)], name);
      }
      const output = this.graph.initializer('mlp_output', mlp.output, [mlp.output.length, 1]);
      parts.push(this.#node('MatMul', [x, output], 'mlp_logits'));
    }
    const sum = parts.length === 1 ? parts[0]! : this.#node('Add', parts, 'logits_without_bias');
    const shift = this.graph.initializer('output_bias', Float32Array.of(bias), [1]);
    const column = this.#node('Add', [sum, shift], 'logits');
    const flat = this.graph.initializer('flat', BigInt64Array.of(-1n), [1]);
    return this.#node('Reshape', [column, flat], 'flat_logits');
  }

  #node(op: string, inputs: readonly string[], output: string, attributes?: Record<string, number>): string {
    return this.graph.node({ op, inputs, outputs: [output], ...(attributes && { attributes }) });
  }
}

/** Declares an index input and returns how rows of tables are taken by it. */
function gatherBy(graph: GraphBuilder, index: string, rows: number) {
  return (name: string, table: Float32Array, width: number): string => {
    const stored = graph.initializer(`${name}_table`, table, [rows, width]);
    return graph.node({ op: 'Gather', inputs: [stored, index], outputs: [name], attributes: { axis: 0 } });
  };
}

/**
 * Scores of items for one user: `user_index` int32 [1] and `item_indices` int32 [n] give `scores` f32 [n], log-odds that the user
 * chooses the item.
 */
export function buildRankGraph(model: FoldedNcf): Uint8Array<ArrayBuffer> {
  return scoreGraph(model, 'rank', { name: 'user_index', type: 'int32', shape: [1] });
}

/** The same with `user_indices` int32 [u], where u is 1, or n for a user of its own for each item. */
export function buildScoreGraph(model: FoldedNcf): Uint8Array<ArrayBuffer> {
  return scoreGraph(model, 'score', { name: 'user_indices', type: 'int32', shape: ['u'] });
}

function scoreGraph(model: FoldedNcf, name: string, userInput: ValueShape): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder(name);
  const takeUser = gatherBy(graph, graph.input(userInput), model.userCount);
  const items = graph.input({ name: 'item_indices', type: 'int32', shape: ['n'] });
  const takeItems = gatherBy(graph, items, model.itemCount);
  const logits = new FoldedWriter(graph, model).logits((side, table, values, width) =>
    side === 'user' ? takeUser(table, values, width) : takeItems(table, values, width),
  );
  graph.node({ op: 'Identity', inputs: [logits], outputs: [OUTPUT_NAMES.scores] });
  graph.output({ name: OUTPUT_NAMES.scores, type: 'float32', shape: ['n'] });
  return graph.finish();
}

/** The best `k` of all items for one user: `user_index` int32 [1] and `k` int64 [1] give `scores` f32 and `item_indices` int32 [1, k]. */
export function buildNcfRetrievalGraph(model: FoldedNcf): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('retrieval');
  const user = graph.input({ name: 'user_index', type: 'int32', shape: [1] });
  const askedK = graph.input({ name: 'k', type: 'int64', shape: [1] });
  const takeUser = gatherBy(graph, user, model.userCount);
  const logits = new FoldedWriter(graph, model).logits((side, name, table, width) =>
    side === 'user' ? takeUser(name, table, width) : graph.initializer(name, table, [model.itemCount, width]),
  );
  const row = graph.initializer('row', BigInt64Array.of(1n, -1n), [2]);
  const all = graph.node({ op: 'Reshape', inputs: [logits, row], outputs: ['all_scores'] });
  const limit = graph.initializer('item_count', BigInt64Array.of(BigInt(model.itemCount)), [1]);
  const k = graph.node({ op: 'Min', inputs: [askedK, limit], outputs: ['k_limited'] });
  const { scores, itemIndices } = OUTPUT_NAMES;
  graph.node({
    op: 'TopK',
    inputs: [all, k],
    outputs: [scores, 'wide_indices'],
    attributes: { axis: -1, largest: 1, sorted: 1 },
  });
  graph.node({ op: 'Cast', inputs: ['wide_indices'], outputs: [itemIndices], attributes: { to: 6 } });
  graph.output({ name: scores, type: 'float32', shape: [1, 'k'] });
  graph.output({ name: itemIndices, type: 'int32', shape: [1, 'k'] });
  return graph.finish();
}

/** The graphs of an artifact: `rank` and `retrieval`, folded; `pairs`, unfolded, which has all that a later training begins at. */
export function ncfGraphs(weights: NcfWeights): readonly ArtifactGraph[] {
  const folded = foldNcf(weights);
  const users = spreadRows(weights.userCount);
  const items = spreadRows(weights.itemCount);
  const rank = users.map((user) => ({
    user_index: vectorOf('int32', user),
    item_indices: vectorOf('int32', ...items),
  }));
  const retrieval = users.map((user) => ({ user_index: vectorOf('int32', user), k: vectorOf('int64', GOLDEN_K) }));
  const pairs = items.map((item) => ({
    user_indices: vectorOf('int32', ...users),
    item_indices: vectorOf('int32', ...users.map(() => item)),
  }));
  return [
    { name: 'rank', model: buildRankGraph(folded), goldenInputs: rank },
    { name: 'retrieval', model: buildNcfRetrievalGraph(folded), goldenInputs: retrieval },
    { name: 'pairs', model: buildPairGraph(weights), goldenInputs: pairs },
  ];
}
