import type { Op, Tensor } from '../tensor';
import { multiply } from './arithmetic';
import { gate } from './gate';

const RELU_DROPOUT: Op<{ kept: number }> = {
  name: 'relu_dropout',
  takesThinGradient: true,
  shape: ([x]) => x!,
  // the result is above zero exactly where x is and the mask kept it, so the way back needs neither x nor the mask
  gradient: ({ output, attributes: { kept } }, g) => [multiply(multiply(g, kept), gate(output)), undefined],
  onnx: (emit, [x, mask]) => emit.node('Mul', [emit.node('Relu', [x!]), mask!]),
  tensorflow: (tf, [x, mask]) => tf.mul(tf.relu(x!), mask!),
};

/** max(x, 0) * mask, for a mask of zeros and `kept`. */
export function reluDropout(x: Tensor, mask: Tensor, kept: number): Tensor {
  return x.graph.apply(RELU_DROPOUT, [x, mask], { kept });
}
