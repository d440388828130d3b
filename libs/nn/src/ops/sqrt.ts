import type { Tensor } from '../tensor';
import { divide, multiply } from './arithmetic';
import { elementwise } from './unary';

const SQRT = elementwise('sqrt', {
  onnx: 'Sqrt',
  tensorflow: (tf, x) => tf.sqrt(x),
  gradient: (_x, y, g) => divide(multiply(g, 0.5), y),
});

/** The square root. */
export function sqrt(x: Tensor): Tensor {
  return x.graph.apply(SQRT, [x], {});
}
