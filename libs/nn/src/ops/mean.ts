import { normalizeAxes } from '../shape';
import type { Tensor } from '../tensor';
import { batchSize, divide } from './arithmetic';
import { sum } from './sum';

/** The mean over some axes, or over all of them. Axes go away, or stay with size 1 under `keepDims`. */
export function mean(
  x: Tensor,
  options: { readonly axes?: readonly number[]; readonly keepDims?: boolean } = {},
): Tensor {
  const axes = normalizeAxes(options.axes ?? x.shape.map((_, axis) => axis), x.shape.length);
  const fixed = axes.reduce((product, axis) => {
    const dim = x.shape[axis]!;
    return dim === 'batch' ? product : product * dim;
  }, 1);
  let result = divide(sum(x, { ...options, axes }), fixed);
  for (const axis of axes) if (x.shape[axis] === 'batch') result = divide(result, batchSize(x.graph));
  return result;
}
