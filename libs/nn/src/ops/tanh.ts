import type { Tensor } from '../tensor';
import { multiply, subtract } from './arithmetic';
import { elementwise } from './unary';

const TANH = elementwise('tanh', {
  onnx: 'Tanh',
  tensorflow: (tf, x) => tf.tanh(x),
  gradient: (_x, y, g) => multiply(g, subtract(1, multiply(y, y))),
});

/** The hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return x.graph.apply(TANH, [x], {});
}
