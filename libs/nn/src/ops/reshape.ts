import { AppError } from '@attune/errors';
import { concreteShape, describeShape, type Shape, sizeOf } from '../shape';
import type { Op, Tensor } from '../tensor';

const RESHAPE: Op<{ shape: Shape }> = {
  name: 'reshape',
  shape([x], { shape }) {
    const batches = (dims: Shape) => dims.filter((dim) => dim === 'batch').length;
    if (sizeOf(x!, 1) !== sizeOf(shape, 1) || batches(x!) !== batches(shape)) {
      throw new AppError('invalid.net', `${describeShape(x!)} cannot be seen as ${describeShape(shape)}`);
    }
    return shape;
  },
  gradient: ({ inputs: [x] }, gradient) => [reshape(gradient, x!.shape)],
  onnx: (emit, [x], { output }) => emit.node('Reshape', [x!, emit.sizes(output.shape)]),
  tensorflow(_tf, [x], { inputs, attributes }) {
    const batch = x!.shape[inputs[0]!.shape.indexOf('batch')] ?? 1;
    return x!.reshape(concreteShape(attributes.shape, batch));
  },
};

/** The same values, row-major, with other axes. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return describeShape(x.shape) === describeShape(shape) ? x : x.graph.apply(RESHAPE, [x], { shape });
}
