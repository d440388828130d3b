import type { Tensor } from '../tensor';
import { multiply } from './arithmetic';
import { elementwise } from './unary';

const EXP = elementwise('exp', {
  onnx: 'Exp',
  tensorflow: (tf, x) => tf.exp(x),
  gradient: (_x, y, g) => multiply(g, y),
});

/** e to the power of x. */
export function exp(x: Tensor): Tensor {
  return x.graph.apply(EXP, [x], {});
}
