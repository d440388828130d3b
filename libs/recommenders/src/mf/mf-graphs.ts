import { type ArtifactGraph, buildRetrievalGraph, GraphBuilder } from '@attune/onnx';
import { GOLDEN_K, spreadRows, vectorOf } from '../golden-inputs';
import type { MfTables } from './mf-tables';

/** `predict` and `retrieval` of a factorization. */
export function mfGraphs(tables: MfTables): ArtifactGraph[] {
  const { userTable, itemTable, width } = tables;
  const users = spreadRows(userTable.length / width);
  const items = spreadRows(itemTable.length / width);
  return [
    {
      name: 'predict',
      model: buildPredictGraph(tables),
      goldenInputs: users.map((user) => ({
        user_index: vectorOf('int32', ...items.map(() => user)),
        item_index: vectorOf('int32', ...items),
      })),
    },
    {
      name: 'retrieval',
      model: buildRetrievalGraph({ userFactors: userTable, itemFactors: itemTable, rank: width }),
      goldenInputs: users.map((user) => ({ user_index: vectorOf('int32', user), k: vectorOf('int64', GOLDEN_K) })),
    },
  ];
}

/** Ratings of pairs: `user_index` and `item_index` int32 [n] to `rating` f32 [n], within the range of ratings. */
function buildPredictGraph({ userTable, itemTable, width, range }: MfTables): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('predict');
  const gather = (name: string, table: Float32Array) => {
    const stored = graph.initializer(`${name}_table`, table, [table.length / width, width]);
    const index = graph.input({ name: `${name}_index`, type: 'int32', shape: ['n'] });
    return graph.node({ op: 'Gather', inputs: [stored, index], outputs: [`${name}_rows`], attributes: { axis: 0 } });
  };
  const rows = [gather('user', userTable), gather('item', itemTable)];
  const products = graph.node({ op: 'Mul', inputs: rows, outputs: ['products'] });
  const axis = graph.initializer('last_axis', BigInt64Array.of(-1n), [1]);
  const sums = graph.node({
    op: 'ReduceSum',
    inputs: [products, axis],
    outputs: ['sums'],
    attributes: { keepdims: 0 },
  });
  const low = graph.initializer('lowest', Float32Array.of(range[0]), []);
  const high = graph.initializer('highest', Float32Array.of(range[1]), []);
  const rating = graph.node({ op: 'Clip', inputs: [sums, low, high], outputs: ['rating'] });
  graph.output({ name: rating, type: 'float32', shape: ['n'] });
  return graph.finish();
}
