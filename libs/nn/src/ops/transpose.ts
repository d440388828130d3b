import { AppError } from '@attune/errors';
import { normalizeAxes } from '../shape';
import type { Op, Tensor } from '../tensor';

const TRANSPOSE: Op<{ order: readonly number[] }> = {
  name: 'transpose',
  takesThinGradient: true,
  shape: ([x], { order }) => order.map((axis) => x![axis]!),
  gradient({ attributes: { order } }, g) {
    const back = order.map((_, axis) => order.indexOf(axis));
    return [transpose(g, back)];
  },
  onnx: (emit, [x], { attributes }) => emit.node('Transpose', [x!], { perm: attributes.order }),
  tensorflow: (tf, [x], { attributes }) => tf.transpose(x!, [...attributes.order]),
};

/** The axes of x in another order; by default the last two are exchanged. */
export function transpose(x: Tensor, order?: readonly number[]): Tensor {
  const rank = x.shape.length;
  const axes = order ?? [...Array(rank - 2).keys(), rank - 1, rank - 2];
  if (axes.length !== rank || normalizeAxes(axes, rank).length !== rank) {
    throw new AppError('invalid.net', `[${axes.join(', ')}] is no order of ${rank} axes`);
  }
  return x.graph.apply(TRANSPOSE, [x], { order: axes });
}
