import type { Tensor } from '../tensor';
import { multiply } from './arithmetic';
import { sigmoid } from './sigmoid';
import { elementwise } from './unary';

const SOFTPLUS = elementwise('softplus', {
  onnx: 'Softplus',
  tensorflow: (tf, x) => tf.softplus(x),
  gradient: (x, _y, g) => multiply(g, sigmoid(x)),
});

/** log(1 + exp(x)), without overflow for large x. */
export function softplus(x: Tensor): Tensor {
  return x.graph.apply(SOFTPLUS, [x], {});
}
