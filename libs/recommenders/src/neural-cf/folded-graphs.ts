import { GraphBuilder, isBeyondCaches, OUTPUT_NAMES, storeForOneRow } from '@attune/onnx';
import type { FoldedNcf } from './fold-ncf';

/** Gives the rows of a table for the users or the items of a graph: [1 or n, width]. */
type TakeRows = (side: 'user' | 'item', name: string, table: Float32Array, width: number) => string;

/** Stores a table of all items [itemCount x width] as [width x itemCount]. */
type StoreColumns = (table: Float32Array, width: number) => string;

/** Writes the folded model; users are one for all items, or one for each. */
class FoldedWriter {
  constructor(
    readonly graph: GraphBuilder,
    private readonly model: FoldedNcf,
    private readonly takeRows: TakeRows,
    private readonly storeColumns?: StoreColumns,
  ) {}

  /** Log-odds of the pairs: [n]. */
  logits({ isOneUser }: { readonly isOneUser: boolean }): string {
    const { gmf, mlp, bias } = this.model;
    const parts: string[] = [];
    if (gmf !== undefined) parts.push(isOneUser ? this.#gmfOfOneUser(gmf) : this.#gmfOfPairs(gmf));
    if (mlp !== undefined) parts.push(this.#tower(mlp));
    const sum = parts.length === 1 ? parts[0]! : this.#node('Add', parts, 'logits_without_bias');
    const shift = this.graph.initializer('output_bias', Float32Array.of(bias), [1]);
    const flat = this.graph.initializer('flat', BigInt64Array.of(-1n), [1]);
    return this.#node('Reshape', [this.#node('Add', [sum, shift], 'logits'), flat], 'flat_logits');
  }

  /** A product of matrices, which reads the items once. */
  #gmfOfOneUser({ users, items, width }: NonNullable<FoldedNcf['gmf']>): string {
    const user = this.takeRows('user', 'gmf_users', users, width);
    // rows are faster from a cache (3,706 x 128: 0.06 ms, columns 0.1), columns from memory (100,000: 3.1 ms, rows 6.3)
    if (this.storeColumns !== undefined && isBeyondCaches(items)) {
      const row = this.#node('MatMul', [user, this.storeColumns(items, width)], 'gmf_row');
      const asColumn = this.graph.initializer('as_column', BigInt64Array.of(-1n, 1n), [2]);
      return this.#node('Reshape', [row, asColumn], 'gmf_logits');
    }
    const column = this.graph.initializer('gmf_column', BigInt64Array.of(-1n, 1n), [2]);
    const vector = this.#node('Reshape', [user, column], 'gmf_vector');
    return this.#node('MatMul', [this.takeRows('item', 'gmf_items', items, width), vector], 'gmf_logits');
  }

  #gmfOfPairs({ users, items, width }: NonNullable<FoldedNcf['gmf']>): string {
    const rows = [this.takeRows('user', 'gmf_users', users, width), this.takeRows('item', 'gmf_items', items, width)];
    const last = this.graph.initializer('last_axis', BigInt64Array.of(-1n), [1]);
    return this.#node('ReduceSum', [this.#node('Mul', rows, 'gmf_product'), last], 'gmf_logits', { keepdims: 1 });
  }

  #tower({ users, items, width, layers, output }: NonNullable<FoldedNcf['mlp']>): string {
    const rows = [this.takeRows('user', 'mlp_users', users, width), this.takeRows('item', 'mlp_items', items, width)];
    let x = this.#node('Relu', [this.#node('Add', rows, 'layer_0_sum')], 'layer_0');
    for (const [at, { inputs, outputs, weight, bias }] of layers.entries()) {
      const name = `layer_${at + 1}`;
      const w = this.graph.initializer(`${name}_weight`, weight, [inputs, outputs]);
      const b = this.graph.initializer(`${name}_bias`, bias, [outputs]);
      x = this.#node('Relu', [this.#node('Gemm', [x, w, b], `${name}_sum`)], name);
    }
    return this.#node('MatMul', [x, this.graph.initializer('mlp_output', output, [output.length, 1])], 'mlp_logits');
  }

  #node(op: string, inputs: readonly string[], output: string, attributes?: Record<string, number>): string {
    return this.graph.node({ op, inputs, outputs: [output], ...(attributes && { attributes }) });
  }
}

/** Declares rows of a stored table that are taken by an index. */
function gather(graph: GraphBuilder, index: string, name: string, table: Float32Array, width: number): string {
  const stored = graph.initializer(`${name}_table`, table, [table.length / width, width]);
  return graph.node({ op: 'Gather', inputs: [stored, index], outputs: [name], attributes: { axis: 0 } });
}

/**
 * Scores of items for one user: `user_index` int32 [1] and `item_indices` int32 [n] give `scores` f32 [n], log-odds that the user
 * chooses the item.
 */
export function buildRankGraph(model: FoldedNcf): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('rank');
  const user = graph.input({ name: 'user_index', type: 'int32', shape: [1] });
  const items = graph.input({ name: 'item_indices', type: 'int32', shape: ['n'] });
  const take: TakeRows = (side, ...table) => gather(graph, side === 'user' ? user : items, ...table);
  return finishScores(graph, new FoldedWriter(graph, model, take).logits({ isOneUser: true }));
}

/** The same with a user for each item: `user_indices` and `item_indices` int32 [n]. */
export function buildFoldedPairGraph(model: FoldedNcf): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('folded_pairs');
  const users = graph.input({ name: 'user_indices', type: 'int32', shape: ['n'] });
  const items = graph.input({ name: 'item_indices', type: 'int32', shape: ['n'] });
  const take: TakeRows = (side, ...table) => gather(graph, side === 'user' ? users : items, ...table);
  return finishScores(graph, new FoldedWriter(graph, model, take).logits({ isOneUser: false }));
}

/** The same with one user and all items: `user_index` int32 [1]. */
export function buildAllItemsGraph(model: FoldedNcf): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('all_items');
  return finishScores(graph, logitsOfAllItems(graph, model));
}

function finishScores(graph: GraphBuilder, logits: string): Uint8Array<ArrayBuffer> {
  graph.node({ op: 'Identity', inputs: [logits], outputs: [OUTPUT_NAMES.scores] });
  graph.output({ name: OUTPUT_NAMES.scores, type: 'float32', shape: ['n'] });
  return graph.finish();
}

function logitsOfAllItems(graph: GraphBuilder, model: FoldedNcf, storeColumns?: StoreColumns): string {
  const user = graph.input({ name: 'user_index', type: 'int32', shape: [1] });
  const take: TakeRows = (side, name, table, width) =>
    side === 'user'
      ? gather(graph, user, name, table, width)
      : graph.initializer(name, table, [model.itemCount, width]);
  return new FoldedWriter(graph, model, take, storeColumns).logits({ isOneUser: true });
}

/** The best `k` of all items for one user: `user_index` int32 [1] and `k` int64 [1] give `scores` f32 and `item_indices` int32 [1, k]. */
export function buildNcfRetrievalGraph(model: FoldedNcf): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('retrieval');
  const askedK = graph.input({ name: 'k', type: 'int64', shape: [1] });
  const logits = logitsOfAllItems(graph, model, (table, width) => storeForOneRow(graph, table, width));
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
