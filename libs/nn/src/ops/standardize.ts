import type { Op, Tensor } from '../tensor';
import { add, batchSize, divide, multiply, subtract } from './arithmetic';
import { mean } from './mean';
import { sqrt } from './sqrt';
import { sum } from './sum';

/** Each column of x [batch, width] with its mean and its biased variance, [1, width] both. */
export function columnMoments(x: Tensor): { readonly mean: Tensor; readonly variance: Tensor } {
  const center = mean(x, { axes: [0], keepDims: true });
  const away = subtract(x, center);
  return { mean: center, variance: mean(multiply(away, away), { axes: [0], keepDims: true }) };
}

const STANDARDIZE: Op<{ epsilon: number }> = {
  name: 'standardize',
  shape: ([x]) => x!,
  gradient({ inputs: [, , variance], output: y, attributes: { epsilon } }, g) {
    // Ioffe and Szegedy 2015, section 3, with the dependence of mean and variance on x carried through:
    // dx = (g - mean(g) - y * mean(g * y)) / sqrt(variance + epsilon)
    const n = batchSize(y.graph);
    const over = { axes: [0], keepDims: true };
    const meanG = divide(sum(g, over), n);
    const meanGy = divide(sum(multiply(g, y), over), n);
    const away = subtract(subtract(g, meanG), multiply(y, meanGy));
    return [divide(away, sqrt(add(variance!, epsilon))), undefined, undefined];
  },
  onnx(emit, [x, center, variance], { attributes: { epsilon } }) {
    const deviation = emit.node('Sqrt', [emit.node('Add', [variance!, emit.scalar(epsilon)])]);
    return emit.node('Div', [emit.node('Sub', [x!, center!]), deviation]);
  },
  tensorflow: (tf, [x, center, variance], { attributes: { epsilon } }) =>
    tf.div(tf.sub(x!, center!), tf.sqrt(tf.add(variance!, epsilon))),
};

/**
 * (x - mean) / sqrt(variance + epsilon). The gradient takes mean and variance for the `columnMoments` of x, as they are while training.
 */
export function standardize(
  x: Tensor,
  moments: { readonly mean: Tensor; readonly variance: Tensor },
  epsilon: number,
): Tensor {
  return x.graph.apply(STANDARDIZE, [x, moments.mean, moments.variance], { epsilon });
}
