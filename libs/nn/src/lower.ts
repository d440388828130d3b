import { inputsOf, orderOf } from './graph';
import type { Net } from './net';
import { add, multiply } from './ops/arithmetic';
import type { Tensor } from './tensor';

/** `training`: dropout drops, batch normalization uses the batch. `inference`: neither. */
export type Mode = 'training' | 'inference';

/** The tensors as they are in one mode: without any origin `mode` below them. */
export function lower(targets: readonly Tensor[], mode: Mode): Tensor[] {
  const lowered = new Map<Tensor, Tensor>();
  for (const tensor of orderOf(targets)) {
    const { origin } = tensor;
    if (origin.kind === 'mode') lowered.set(tensor, lowered.get(origin[mode])!);
    else if (origin.kind !== 'op') lowered.set(tensor, tensor);
    else {
      const inputs = inputsOf(tensor).map((input) => lowered.get(input)!);
      lowered.set(tensor, tensor.graph.apply(origin.op, inputs, origin.attributes));
    }
  }
  return targets.map((target) => lowered.get(target)!);
}

/** What a net computes while it trains. */
export interface TrainingPass {
  readonly loss: Tensor;
  /** The next value of each running statistic, by its name. */
  readonly updates: ReadonlyMap<string, Tensor>;
}

/** The training pass of a net. */
export function trainingPass(net: Net): TrainingPass {
  const observed = net.statistics.map((statistic) => statistic.observed);
  const [loss, ...values] = lower([net.lossTensor, ...observed], 'training');
  const updates = net.statistics.map(({ kept, momentum }, at) => {
    const next = add(multiply(kept, 1 - momentum), multiply(values[at]!, momentum));
    return [(kept.origin as { name: string }).name, next] as const;
  });
  return { loss: loss!, updates: new Map(updates) };
}

/** The inference pass of a net: its outputs by name. */
export function inferencePass(net: Net): ReadonlyMap<string, Tensor> {
  const names = [...net.outputs.keys()];
  const lowered = lower([...net.outputs.values()], 'inference');
  return new Map(names.map((name, at) => [name, lowered[at]!]));
}
