import { AppError } from '@attune/errors';
import { broadcastShapes, concreteShape, describeShape, equalShapes, type Shape } from '../shape';
import type { Op, Tensor } from '../tensor';
import { batchSize, reduceTo } from './arithmetic';

const BROADCAST: Op<{ shape: Shape }> = {
  name: 'broadcast',
  takesThinGradient: true,
  shape([x], { shape }) {
    if (!equalShapes(broadcastShapes(x!, shape), shape)) {
      throw new AppError('invalid.net', `${describeShape(x!)} does not stretch to ${describeShape(shape)}`);
    }
    return shape;
  },
  gradient: ({ inputs: [x], output }, gradient) => [reduceTo(gradient, output.shape, x!.shape)],
  onnx: (emit, [x], { attributes }) => emit.node('Expand', [x!, emit.sizes(attributes.shape)]),
  // the batch comes as a second input, since TensorFlow.js needs sizes as numbers
  tensorflow: (tf, [x, batch], { attributes }) =>
    tf.broadcastTo(x!, concreteShape(attributes.shape, attributes.shape.includes('batch') ? batch!.dataSync()[0]! : 1)),
};

/** x stretched to a larger shape. Arithmetic stretches by itself; this is for what does not. */
export function broadcast(x: Tensor, shape: Shape): Tensor {
  if (equalShapes(x.shape, shape)) return x;
  return x.graph.apply(BROADCAST, [x, batchSize(x.graph)], { shape });
}
