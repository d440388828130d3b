import { AppError } from '@attune/errors';
import type { OptimizerSettings } from './engine';
import { add, divide, multiply, subtract } from './ops/arithmetic';
import { concat } from './ops/concat';
import { slice } from './ops/slice';
import { sqrt } from './ops/sqrt';
import { square } from './ops/square';
import type { Tensor } from './tensor';

/** What an optimizer keeps per parameter: the first moment, the second one (or the sum of squares), both, or nothing. */
export type Moment = 'm' | 'v';

/** The moments that an optimizer keeps. */
export function momentsOf(settings: OptimizerSettings): readonly Moment[] {
  switch (settings.kind) {
    case 'adam':
      return ['m', 'v'];
    case 'adagrad':
      return ['v'];
    case 'sgd':
      return (settings.momentum ?? 0) === 0 ? [] : ['m'];
    default:
      settings satisfies never;
      throw new AppError('invalid.settings', 'the optimizer is none of adam, adagrad and sgd');
  }
}

/** Numbers that a step of the optimizer is given: how far to go, and what keeps its division finite. */
export interface StepScalars {
  /** The learning rate, with Adam's correction of the moments' bias in it. */
  readonly stepSize: number;
  readonly epsilon: number;
  /** The learning rate by itself, for decoupled weight decay. */
  readonly learningRate: number;
}

/**
 * The numbers of step `step` (1 is the first). Adam corrects its bias in the step size and in epsilon (Kingma and Ba 2015, the end of
 * section 2, with epsilon scaled so that the result is exactly that of Algorithm 1).
 */
export function stepScalars(settings: OptimizerSettings, learningRate: number, step: number): StepScalars {
  if (settings.kind === 'sgd') return { stepSize: learningRate, epsilon: 0, learningRate };
  if (settings.kind === 'adagrad') return { stepSize: learningRate, epsilon: settings.epsilon ?? 1e-10, learningRate };
  const second = Math.sqrt(1 - (settings.beta2 ?? 0.999) ** step);
  const first = 1 - (settings.beta1 ?? 0.9) ** step;
  return { stepSize: (learningRate * second) / first, epsilon: (settings.epsilon ?? 1e-8) * second, learningRate };
}

/** What a step of an optimizer is computed from. */
export interface OptimizerInputs {
  /** Parameters, in one row [size]; those that decay come first. */
  readonly values: Tensor;
  readonly gradient: Tensor;
  readonly moments: Readonly<Record<Moment, Tensor>>;
  readonly scalars: Readonly<Record<keyof StepScalars, Tensor>>;
  /** How many of the values decay. */
  readonly decaying: number;
}

/** Values and moments after a step, as tensors. */
export interface OptimizerOutputs {
  readonly values: Tensor;
  readonly moments: Readonly<Partial<Record<Moment, Tensor>>>;
}

/** One step of an optimizer over a row of parameters. */
export function optimizerStep(settings: OptimizerSettings, inputs: OptimizerInputs): OptimizerOutputs {
  const { values, scalars, decaying } = inputs;
  const decay = decaying === 0 ? undefined : settings.weightDecay;
  const rate = decay?.rate ?? 0;
  if (rate === 0) return move(settings, inputs);
  if (decay!.kind === 'l2') {
    const pull = (decays: Tensor, gradient: Tensor) => add(gradient, multiply(decays, rate));
    return move(settings, { ...inputs, gradient: onDecaying(inputs.values, inputs.gradient, decaying, pull) });
  }
  const moved = move(settings, inputs);
  const shrink = (decays: Tensor, next: Tensor) =>
    subtract(next, multiply(decays, multiply(scalars.learningRate, rate)));
  return { ...moved, values: onDecaying(values, moved.values, decaying, shrink) };
}

/** `change` of that part of `target` which belongs to decaying values; the rest stays. */
function onDecaying(
  values: Tensor,
  target: Tensor,
  decaying: number,
  change: (decays: Tensor, target: Tensor) => Tensor,
): Tensor {
  const end = values.shape[0] as number;
  const first = { axis: 0, start: 0, end: decaying };
  const changed = change(slice(values, first), slice(target, first));
  return decaying === end ? changed : concat([changed, slice(target, { axis: 0, start: decaying, end })], 0);
}

function move(settings: OptimizerSettings, { values, gradient, moments, scalars }: OptimizerInputs): OptimizerOutputs {
  const against = (direction: Tensor) => subtract(values, multiply(direction, scalars.stepSize));
  switch (settings.kind) {
    case 'adam': {
      const { beta1 = 0.9, beta2 = 0.999 } = settings;
      const m = add(multiply(moments.m, beta1), multiply(gradient, 1 - beta1));
      const v = add(multiply(moments.v, beta2), multiply(square(gradient), 1 - beta2));
      return { values: against(divide(m, add(sqrt(v), scalars.epsilon))), moments: { m, v } };
    }
    case 'adagrad': {
      const v = add(moments.v, square(gradient));
      return { values: against(divide(gradient, add(sqrt(v), scalars.epsilon))), moments: { v } };
    }
    case 'sgd': {
      const momentum = settings.momentum ?? 0;
      if (momentum === 0) return { values: against(gradient), moments: {} };
      const m = add(multiply(moments.m, momentum), gradient);
      return { values: against(m), moments: { m } };
    }
    default:
      settings satisfies never;
      throw new AppError('invalid.settings', 'the optimizer is none of adam, adagrad and sgd');
  }
}
