import type { Op, Tensor } from '../tensor';
import { add, batchSize, divide, multiply, subtract } from './arithmetic';
import { mean } from './mean';
import { reshape } from './reshape';
import { sqrt } from './sqrt';
import { sum } from './sum';

/** Mean and biased variance of each column, [1, width] both. */
export interface ColumnMoments {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

const OVER_BATCH = { axes: [0], keepDims: true } as const;

/** The moments of the columns of x [batch, width]. */
export function columnMoments(x: Tensor): ColumnMoments {
  const center = mean(x, OVER_BATCH);
  const away = subtract(x, center);
  return { mean: center, variance: mean(multiply(away, away), OVER_BATCH) };
}

const BATCH_NORM: Op<{ epsilon: number }> = {
  name: 'batch_norm',
  shape: ([x]) => x!,
  gradient({ inputs: [, away, variance, gamma, beta], attributes: { epsilon } }, g) {
    // Ioffe and Szegedy 2015, section 3, with mean and variance followed back to x and constants gathered per column, so that few
    // passes go over [batch, width]: dx = k1 g - (k2 (x - mean) + k3)
    const inverse = divide(1, sqrt(add(variance!, epsilon)));
    const sumG = sum(g, OVER_BATCH);
    const sumGAway = sum(multiply(g, away!), OVER_BATCH);
    const k1 = multiply(gamma!, inverse);
    const n = batchSize(g.graph);
    const k2 = multiply(k1, divide(multiply(multiply(inverse, inverse), sumGAway), n));
    const k3 = multiply(k1, divide(sumG, n));
    return [
      subtract(multiply(g, k1), add(multiply(away!, k2), k3)),
      undefined,
      undefined,
      reshape(multiply(sumGAway, inverse), gamma!.shape),
      reshape(sumG, beta!.shape),
    ];
  },
  onnx(emit, [, away, variance, gamma, beta], { attributes: { epsilon } }) {
    const deviation = emit.node('Sqrt', [emit.node('Add', [variance!, emit.scalar(epsilon)])]);
    return emit.node('Add', [emit.node('Mul', [away!, emit.node('Div', [gamma!, deviation])]), beta!]);
  },
  tensorflow: (tf, [, away, variance, gamma, beta], { attributes: { epsilon } }) =>
    tf.add(tf.mul(away!, tf.div(gamma!, tf.sqrt(tf.add(variance!, epsilon)))), beta!),
};

/**
 * gamma (x - mean) / sqrt(variance + epsilon) + beta, for x [batch, width] and gamma and beta [width]. The gradient takes mean and variance
 * for the `columnMoments` of x, as they are while training.
 */
export function batchNorm(
  x: Tensor,
  { mean: center, variance }: ColumnMoments,
  { gamma, beta, epsilon }: { readonly gamma: Tensor; readonly beta: Tensor; readonly epsilon: number },
): Tensor {
  return x.graph.apply(BATCH_NORM, [x, subtract(x, center), variance, gamma, beta], { epsilon });
}
