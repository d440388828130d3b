import type { Tensor } from '../tensor';
import { divide } from './arithmetic';
import { elementwise } from './unary';

const LOG = elementwise('log', {
  onnx: 'Log',
  tensorflow: (tf, x) => tf.log(x),
  gradient: (x, _y, g) => divide(g, x),
});

/** The natural logarithm. */
export function log(x: Tensor): Tensor {
  return x.graph.apply(LOG, [x], {});
}
