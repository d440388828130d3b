import type { Tensor } from '../tensor';
import { elementwise } from './unary';

const GATE = elementwise('gate', {
  // a steep hard sigmoid is a step: one pass, where a comparison and a cast are two
  onnx: (emit, x) => emit.node('HardSigmoid', [x], { alpha: { float: 3e38 }, beta: { float: 0 } }),
  tensorflow: (tf, x) => tf.step(x),
  gradient: () => undefined,
});

/** 1 where x > 0, else 0. */
export function gate(x: Tensor): Tensor {
  return x.graph.apply(GATE, [x], {});
}
