import type { Op, Tensor } from '../tensor';
import { multiply, subtract } from './arithmetic';
import { sum } from './sum';

const SOFTMAX: Op<Record<string, never>> = {
  name: 'softmax',
  shape: ([x]) => x!,
  gradient({ output: y }, g) {
    return [multiply(y, subtract(g, sum(multiply(g, y), { axes: [-1], keepDims: true })))];
  },
  onnx: (emit, [x]) => emit.node('Softmax', [x!], { axis: -1 }),
  tensorflow: (tf, [x]) => tf.softmax(x!, -1),
};

/** exp(x) / sum(exp(x)) along the last axis. */
export function softmax(x: Tensor): Tensor {
  return x.graph.apply(SOFTMAX, [x], {});
}
