import type { Op, Tensor } from '../tensor';
import { multiply, subtract } from './arithmetic';
import { softmax } from './softmax';
import { sum } from './sum';

const LOG_SOFTMAX: Op<Record<string, never>> = {
  name: 'log_softmax',
  shape: ([x]) => x!,
  gradient({ inputs: [x] }, g) {
    return [subtract(g, multiply(softmax(x!), sum(g, { axes: [-1], keepDims: true })))];
  },
  onnx: (emit, [x]) => emit.node('LogSoftmax', [x!], { axis: -1 }),
  tensorflow: (tf, [x]) => tf.logSoftmax(x!, -1),
};

/** log(softmax(x)) along the last axis, without overflow. */
export function logSoftmax(x: Tensor): Tensor {
  return x.graph.apply(LOG_SOFTMAX, [x], {});
}
