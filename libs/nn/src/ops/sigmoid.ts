import type { Tensor } from '../tensor';
import { multiply, subtract } from './arithmetic';
import { elementwise } from './unary';

const SIGMOID = elementwise('sigmoid', {
  onnx: 'Sigmoid',
  tensorflow: (tf, x) => tf.sigmoid(x),
  gradient: (_x, y, g) => multiply(g, multiply(y, subtract(1, y))),
});

/** 1 / (1 + exp(-x)). */
export function sigmoid(x: Tensor): Tensor {
  return x.graph.apply(SIGMOID, [x], {});
}
