import { AppError } from '@attune/errors';
import { orderOf } from './graph';
import { add, constant } from './ops/arithmetic';
import { broadcast } from './ops/broadcast';
import { reshape } from './ops/reshape';
import type { Tensor } from './tensor';

/**
 * Reverse-mode differentiation: d loss / d target for each target, as tensors of the same graph with the targets' shapes. The loss has
 * one value. Targets that the loss does not depend on are an error: they would never learn.
 */
export function differentiate(loss: Tensor, targets: readonly Tensor[]): Tensor[] {
  const order = orderOf([loss]);
  const matters = dependents(order, targets);
  const gradients = new Map<Tensor, Tensor>();
  gradients.set(
    loss,
    reshape(
      constant(loss.graph, 1),
      loss.shape.map(() => 1),
    ),
  );
  for (const tensor of order.reverse()) {
    const gradient = gradients.get(tensor);
    if (gradient !== undefined) passBack(tensor, gradient, { gradients, matters });
  }
  return targets.map((target) => {
    const gradient = gradients.get(target);
    if (gradient === undefined) throw new AppError('invalid.net', `the loss does not depend on ${describe(target)}`);
    return broadcast(gradient, target.shape);
  });
}

/** Those tensors of `order` that a target leads to. */
function dependents(order: readonly Tensor[], targets: readonly Tensor[]): Set<Tensor> {
  const found = new Set(targets);
  for (const tensor of order) {
    if (tensor.origin.kind === 'op' && tensor.origin.inputs.some((input) => found.has(input))) found.add(tensor);
  }
  return found;
}

function passBack(
  output: Tensor,
  gradient: Tensor,
  { gradients, matters }: { readonly gradients: Map<Tensor, Tensor>; readonly matters: ReadonlySet<Tensor> },
): void {
  if (output.origin.kind !== 'op') return;
  const { op, inputs, attributes } = output.origin;
  const outer = op.takesThinGradient === true ? gradient : broadcast(gradient, output.shape);
  op.gradient({ inputs, output, attributes }, outer).forEach((part, at) => {
    const input = inputs[at]!;
    if (part === undefined || !matters.has(input)) return;
    const known = gradients.get(input);
    gradients.set(input, known === undefined ? part : add(known, part));
  });
}

function describe({ origin }: Tensor): string {
  return 'name' in origin ? `"${origin.name}"` : `a tensor of origin ${origin.kind}`;
}
