import { AppError } from '@attune/errors';
import { describeShape, equalShapes, normalizeAxes, type Shape } from '../shape';
import type { Op, Tensor } from '../tensor';
import { slice } from './slice';

const without = (shape: Shape, axis: number) => shape.filter((_, at) => at !== axis);

const CONCAT: Op<{ axis: number }> = {
  name: 'concat',
  shape(shapes, { axis }) {
    const [first] = shapes;
    let total = 0;
    for (const shape of shapes) {
      const dim = shape[axis];
      if (typeof dim !== 'number' || !equalShapes(without(shape, axis), without(first!, axis))) {
        const all = shapes.map(describeShape).join(', ');
        throw new AppError('invalid.net', `${all} cannot be joined along axis ${axis}`);
      }
      total += dim;
    }
    return first!.map((dim, at) => (at === axis ? total : dim));
  },
  gradient({ inputs, attributes: { axis } }, g) {
    let end = 0;
    return inputs.map((input) => {
      const start = end;
      end += input.shape[axis] as number;
      return slice(g, { axis, start, end });
    });
  },
  onnx: (emit, names, { attributes }) => emit.node('Concat', names, { axis: attributes.axis }),
  tensorflow: (tf, inputs, { attributes }) => tf.concat([...inputs], attributes.axis),
};

/** Tensors side by side along an axis; -1 is the last one. */
export function concat(tensors: readonly Tensor[], axis = -1): Tensor {
  const [first] = tensors;
  if (first === undefined) throw new AppError('invalid.net', 'there is nothing to join; give at least one tensor');
  if (tensors.length === 1) return first;
  const [at] = normalizeAxes([axis], first.shape.length);
  return first.graph.apply(CONCAT, tensors, { axis: at! });
}
