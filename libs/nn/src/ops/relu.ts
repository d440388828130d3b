import type { Tensor } from '../tensor';
import { multiply } from './arithmetic';
import { gate } from './gate';
import { elementwise } from './unary';

const RELU = elementwise('relu', {
  onnx: 'Relu',
  tensorflow: (tf, x) => tf.relu(x),
  gradient: (_x, y, g) => multiply(g, gate(y)),
});

/** max(x, 0). */
export function relu(x: Tensor): Tensor {
  return x.graph.apply(RELU, [x], {});
}
