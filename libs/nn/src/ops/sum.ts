import { normalizeAxes, type Shape } from '../shape';
import type { Op, Tensor } from '../tensor';
import { reshape } from './reshape';

function kept(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
}

const SUM: Op<{ axes: readonly number[]; keepDims: boolean }> = {
  name: 'sum',
  shape: ([x], { axes, keepDims }) => (keepDims ? kept(x!, axes) : x!.filter((_, axis) => !axes.includes(axis))),
  // the gradient is the same along the summed axes: it stays thin there
  gradient: ({ inputs: [x], attributes }, gradient) => [reshape(gradient, kept(x!.shape, attributes.axes))],
  onnx: (emit, [x], { attributes }) =>
    emit.node('ReduceSum', [x!, emit.ints(attributes.axes)], { keepdims: attributes.keepDims ? 1 : 0 }),
  tensorflow: (_tf, [x], { attributes }) => x!.sum([...attributes.axes], attributes.keepDims),
};

/** The sum over some axes, or over all of them. Summed axes go away, or stay with size 1 under `keepDims`. */
export function sum(
  x: Tensor,
  options: { readonly axes?: readonly number[]; readonly keepDims?: boolean } = {},
): Tensor {
  const axes = normalizeAxes(options.axes ?? x.shape.map((_, axis) => axis), x.shape.length);
  return axes.length === 0 ? x : x.graph.apply(SUM, [x], { axes, keepDims: options.keepDims ?? false });
}
