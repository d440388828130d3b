import { GraphBuilder, OUTPUT_NAMES } from '@attune/onnx';
import { type NcfLayer, type NcfWeights, NORM_EPSILON } from './ncf-weights';

/**
 * Scores of pairs by the weights as they were trained: `user_indices` and `item_indices` int32 [n] give `scores` f32 [n]. Its stored
 * tensors (tables, layers, normalizations) are what a later training begins at; see `warm-start.ts`.
 */
export function buildPairGraph({ userCount, itemCount, gmf, mlp, bias }: NcfWeights): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('pairs');
  const node = (op: string, inputs: readonly string[], output: string, attributes = {}) =>
    graph.node({ op, inputs, outputs: [output], attributes });
  const users = graph.input({ name: 'user_indices', type: 'int32', shape: ['n'] });
  const items = graph.input({ name: 'item_indices', type: 'int32', shape: ['n'] });
  const rowsOf = (name: string, table: Float32Array, width: number, index: string) => {
    const rows = index === users ? userCount : itemCount;
    return node('Gather', [graph.initializer(name, table, [rows, width]), index], `${name}_rows`, { axis: 0 });
  };
  const parts: string[] = [];
  if (gmf !== undefined) {
    const { width, output } = gmf;
    const product = [rowsOf('gmf_users', gmf.users, width, users), rowsOf('gmf_items', gmf.items, width, items)];
    const weight = graph.initializer('gmf.output', output, [width, 1]);
    parts.push(node('MatMul', [node('Mul', product, 'gmf_product'), weight], 'gmf_logits'));
  }
  if (mlp !== undefined) {
    const { width, output } = mlp;
    const both = [rowsOf('mlp_users', mlp.users, width, users), rowsOf('mlp_items', mlp.items, width, items)];
    let x = node('Concat', both, 'both', { axis: 1 });
    for (const [at, layer] of mlp.layers.entries()) x = addLayer(graph, layer, at, x);
    const weight = graph.initializer('mlp.output', output, [output.length, 1]);
    parts.push(node('MatMul', [x, weight], 'mlp_logits'));
  }
  const sum = parts.length === 1 ? parts[0]! : node('Add', parts, 'sum');
  const column = node('Add', [sum, graph.initializer('output.bias', Float32Array.of(bias), [1])], 'column');
  const flat = graph.initializer('flat', BigInt64Array.of(-1n), [1]);
  node('Reshape', [column, flat], OUTPUT_NAMES.scores);
  graph.output({ name: OUTPUT_NAMES.scores, type: 'float32', shape: ['n'] });
  return graph.finish();
}

function addLayer(graph: GraphBuilder, layer: NcfLayer, at: number, input: string): string {
  const { inputs, outputs, weight, bias, norm } = layer;
  const node = (op: string, from: readonly string[], output: string, attributes = {}) =>
    graph.node({ op, inputs: from, outputs: [output], attributes });
  const vector = (name: string, values: Float32Array) => graph.initializer(`mlp.${at}.${name}`, values, [outputs]);
  let x = node('MatMul', [input, graph.initializer(`mlp.${at}.weight`, weight, [inputs, outputs])], `mlp_${at}`);
  if (bias !== undefined) x = node('Add', [x, vector('bias', bias)], `mlp_${at}_shifted`);
  if (norm !== undefined) {
    const statistics = (['gamma', 'beta', 'mean', 'variance'] as const).map((name) =>
      vector(`norm.${name}`, norm[name]),
    );
    x = node('BatchNormalization', [x, ...statistics], `mlp_${at}_normal`, { epsilon: { float: NORM_EPSILON } });
  }
  return node('Relu', [x], `mlp_${at}_active`);
}
