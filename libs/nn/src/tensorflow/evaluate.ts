import { AppError } from '@attune/errors';
import type * as tfjs from '@tensorflow/tfjs';
import { inputsOf, orderOf } from '../graph';
import type { Leaf, Tensor, TensorFlow } from '../tensor';

/** Gives values to the leaves that an evaluation meets. */
export type LeafValue = (leaf: Leaf, tensor: Tensor) => tfjs.Tensor;

/**
 * Computes symbolic tensors by TensorFlow.js, each operation by its own kernel. What is computed on the way is left to the caller's
 * `tf.tidy`.
 */
export function evaluate(tf: TensorFlow, targets: readonly Tensor[], leafValue: LeafValue): tfjs.Tensor[] {
  const values = new Map<Tensor, tfjs.Tensor>();
  for (const tensor of orderOf(targets)) {
    const { origin } = tensor;
    if (origin.kind === 'mode') throw new AppError('internal.not_lowered', 'a net is evaluated before it is lowered');
    if (origin.kind === 'op') {
      const { op, inputs, attributes } = origin;
      const operands = inputsOf(tensor).map((input) => values.get(input)!);
      values.set(tensor, op.tensorflow(tf, operands, { inputs, output: tensor, attributes }));
    } else values.set(tensor, leafValue(origin, tensor));
  }
  return targets.map((target) => values.get(target)!);
}
