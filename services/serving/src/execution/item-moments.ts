import { GraphBuilder } from '@attune/onnx';
import { openGraph, tensorOver } from './open-graph';

/** Rows of one product: its sums in fp32 stay exact to about 1e-6, and are added up in doubles. */
const CHUNK = 4_096;

/**
 * Mean [rank] and covariance [rank x rank] of a table's rows [rows x rank]. From them the mean and the deviation of all scores of any
 * vector v: mean . v and sqrt(v' C v), without scoring anything. 2 rows rank^2 operations, by the native runtime.
 */
export async function itemMoments(
  items: Float32Array,
  rank: number,
): Promise<{ readonly mean: Float64Array; readonly covariance: Float64Array }> {
  const rows = items.length / rank;
  const mean = new Float64Array(new SharedArrayBuffer(8 * rank));
  const covariance = new Float64Array(new SharedArrayBuffer(8 * rank * rank));
  const session = await openGraph('moments', productGraph(rank));
  for (let first = 0; first < rows; first += CHUNK) {
    const end = Math.min(rows, first + CHUNK);
    const x = await tensorOver(items.subarray(first * rank, end * rank), [end - first, rank]);
    const { products, sums } = await session.run({ x });
    addTo(covariance, products!.data as Float32Array);
    addTo(mean, sums!.data as Float32Array);
  }
  await session.close();
  for (let i = 0; i < rank; i++) mean[i]! /= rows;
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j < rank; j++) covariance[i * rank + j] = covariance[i * rank + j]! / rows - mean[i]! * mean[j]!;
  }
  return { mean, covariance };
}

function addTo(sums: Float64Array, values: Float32Array): void {
  for (let at = 0; at < sums.length; at++) sums[at]! += values[at]!;
}

/** x [n, rank] to x' x [rank, rank] and the sums of its columns [rank]. */
function productGraph(rank: number): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('moments');
  const x = graph.input({ name: 'x', type: 'float32', shape: ['n', rank] });
  graph.node({ op: 'Gemm', inputs: [x, x], outputs: ['products'], attributes: { transA: 1 } });
  const axis = graph.initializer('rows', BigInt64Array.of(0n), [1]);
  graph.node({ op: 'ReduceSum', inputs: [x, axis], outputs: ['sums'], attributes: { keepdims: 0 } });
  graph.output({ name: 'products', type: 'float32', shape: [rank, rank] });
  graph.output({ name: 'sums', type: 'float32', shape: [rank] });
  return graph.finish();
}
