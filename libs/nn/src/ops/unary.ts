import type * as tfjs from '@tensorflow/tfjs';
import type { OnnxEmitter, Op, Tensor, TensorFlow } from '../tensor';

/** The operation of a function that is applied to each element by itself; `gradient` is that of x, from x, y = f(x) and dL/dy. */
export function elementwise(
  name: string,
  parts: {
    readonly onnx: string | ((emit: OnnxEmitter, x: string) => string);
    readonly tensorflow: (tf: TensorFlow, x: tfjs.Tensor) => tfjs.Tensor;
    readonly gradient: (x: Tensor, y: Tensor, gradient: Tensor) => Tensor | undefined;
  },
): Op<Record<string, never>> {
  const { onnx } = parts;
  return {
    name,
    takesThinGradient: true,
    shape: ([x]) => x!,
    gradient: ({ inputs: [x], output }, gradient) => [parts.gradient(x!, output, gradient)],
    onnx: (emit, [x]) => (typeof onnx === 'string' ? emit.node(onnx, [x!]) : onnx(emit, x!)),
    tensorflow: (tf, [x]) => parts.tensorflow(tf, x!),
  };
}
