import type { Initializer } from '../initializer';
import { ZEROS } from '../initializer';
import type { Net } from '../net';
import { add } from '../ops/arithmetic';
import { matMul } from '../ops/matmul';
import type { Tensor } from '../tensor';

/** Settings of `linear`. */
export interface LinearOptions {
  readonly name: string;
  readonly width: number;
  /** Leave it out in front of batch normalization, which takes the mean away again. Default true. */
  readonly bias?: boolean;
  /** From the number of inputs and outputs; default Glorot. */
  readonly initializer?: (fanIn: number, fanOut: number) => Initializer;
}

/**
 * x W + b for x [batch, in]: [batch, width], with `<name>.weight` [in, width] and `<name>.bias` [width]. Of several tensors it is the
 * layer over all of them side by side, which is never put together: each has a weight of its own, `<name>.weight.0` and so on.
 */
export function linear(net: Net, x: Tensor | readonly Tensor[], options: LinearOptions): Tensor {
  const parts: readonly Tensor[] = 'id' in x ? [x] : x;
  const { name, width, bias = true, initializer = glorot } = options;
  const widths = parts.map((part) => part.shape[1] as number);
  const fanIn = widths.reduce((total, size) => total + size, 0);
  const product = (part: Tensor, at: number) => {
    const weight = parts.length === 1 ? `${name}.weight` : `${name}.weight.${at}`;
    return matMul(part, net.parameter(weight, [widths[at]!, width], initializer(fanIn, width)));
  };
  const [first, ...rest] = parts.map(product);
  const biased = bias ? [net.parameter(`${name}.bias`, [width], ZEROS, { decays: false })] : [];
  // the bias next to a product becomes a part of it
  return [...biased, ...rest].reduce(add, first!);
}

/** Glorot and Bengio 2010. */
export function glorot(fanIn: number, fanOut: number): Initializer {
  return { kind: 'glorot', fanIn, fanOut };
}

/** He et al. 2015. */
export function he(fanIn: number): Initializer {
  return { kind: 'he', fanIn };
}
