import { AppError } from '@attune/errors';
import type { Net } from '../net';
import { relu } from '../ops/relu';
import type { Tensor } from '../tensor';
import { he, linear } from './linear';

/** Settings of `mlp`. */
export interface MlpOptions {
  readonly name: string;
  /** Widths of the hidden layers, first to last. */
  readonly hidden: readonly number[];
  /** Share of hidden units that a step leaves out; default 0. */
  readonly dropout?: number;
  /** Default false. */
  readonly batchNorm?: boolean;
}

/** Hidden layers: linear, batch normalization where asked for, ReLU, dropout. x [batch, in] (or several, side by side): [batch, last]. */
export function mlp(net: Net, x: Tensor | readonly Tensor[], options: MlpOptions): Tensor {
  const { name, hidden, dropout = 0, batchNorm = false } = options;
  if (hidden.length === 0) throw new AppError('invalid.net', `"${name}" has no hidden layer; give at least one width`);
  let result: Tensor | readonly Tensor[] = x;
  hidden.forEach((width, at) => {
    const layer = `${name}.${at}`;
    const sums = linear(net, result, { name: layer, width, bias: !batchNorm, initializer: he });
    const normal = batchNorm ? net.batchNorm(sums, `${layer}.norm`) : sums;
    result = net.dropout(relu(normal), dropout);
  });
  return result as Tensor;
}
