import { clipGradients } from '../clip-gradients';
import { differentiate } from '../differentiate';
import type { CompileOptions } from '../engine';
import { trainingPass } from '../lower';
import type { Net } from '../net';
import { type WrittenGraph, writeGraph } from '../onnx/onnx-writer';
import { concat } from '../ops/concat';
import { reshape } from '../ops/reshape';
import { type Moment, momentsOf, optimizerStep, type StepScalars } from '../optimizer';
import { layOutParameters, layOutStatistics } from '../parameter-layout';
import { sizeOf } from '../shape';
import type { Tensor } from '../tensor';

/** Names of tensors that belong to the engine; those of a net never have a colon. */
export const SLOTS = {
  loss: ':loss',
  gradient: ':gradient',
  values: ':values',
  nextValues: ':values.next',
  nextStatistics: ':statistics.next',
  moment: (moment: Moment) => `:${moment}`,
  nextMoment: (moment: Moment) => `:${moment}.next`,
  scalar: (name: keyof StepScalars) => `:${name}`,
  rowGradient: (name: string) => `${name}:gradient`,
} as const;

/** One row of numbers from many tensors. */
function inOneRow(tensors: readonly Tensor[]): Tensor {
  return concat(
    tensors.map((tensor) => reshape(tensor, [sizeOf(tensor.shape, 1)])),
    0,
  );
}

interface Backward {
  readonly outputs: Map<string, Tensor>;
  readonly parameterGradient: Tensor | undefined;
  readonly updates: readonly Tensor[];
}

function backward(net: Net): Backward {
  const { loss, updates } = trainingPass(net);
  const { places } = layOutParameters(net);
  const rows = [...net.rowInputs];
  const gradients = differentiate(loss, [...places.map(({ tensor }) => tensor), ...rows.map(([, tensor]) => tensor)]);
  const outputs = new Map<string, Tensor>([[SLOTS.loss, reshape(loss, [])]]);
  rows.forEach(([name], at) => {
    outputs.set(SLOTS.rowGradient(name), gradients[places.length + at]!);
  });
  return {
    outputs,
    parameterGradient: places.length === 0 ? undefined : inOneRow(gradients.slice(0, places.length)),
    updates: layOutStatistics(net).places.map(({ name }) => updates.get(name)!),
  };
}

/** The same with gradients of a limited norm. */
function clipped(found: Backward, net: Net, clipNorm: number | undefined): Backward {
  if (clipNorm === undefined) return found;
  const names = [...net.rowInputs.keys()].map(SLOTS.rowGradient);
  const own = found.parameterGradient === undefined ? [] : [found.parameterGradient];
  const gradients = clipGradients([...own, ...names.map((name) => found.outputs.get(name)!)], clipNorm);
  const outputs = new Map(found.outputs);
  names.forEach((name, at) => {
    outputs.set(name, gradients[own.length + at]!);
  });
  return { ...found, outputs, parameterGradient: own.length === 0 ? undefined : gradients[0]! };
}

/** Loss and gradients as a graph. */
export function writeGradientGraph(net: Net): WrittenGraph {
  const { outputs, parameterGradient } = backward(net);
  if (parameterGradient !== undefined) outputs.set(SLOTS.gradient, parameterGradient);
  return writeGraph(`${net.name}_gradients`, { outputs });
}

/** Forward, backward and the optimizer's step as one graph: what is kept comes in as inputs and leaves, moved, as outputs. */
export function writeStepGraph(
  net: Net,
  { optimizer, clipNorm }: Pick<CompileOptions, 'optimizer' | 'clipNorm'>,
): WrittenGraph {
  const { outputs, parameterGradient, updates } = clipped(backward(net), net, clipNorm);
  const { size, decaying } = layOutParameters(net);
  if (parameterGradient !== undefined) {
    const { graph } = parameterGradient;
    const row = (name: string) => graph.leaf({ kind: 'slot', name }, [size]);
    const scalar = (name: keyof StepScalars) => graph.leaf({ kind: 'slot', name: SLOTS.scalar(name) }, []);
    const next = optimizerStep(optimizer, {
      values: row(SLOTS.values),
      gradient: parameterGradient,
      moments: { m: row(SLOTS.moment('m')), v: row(SLOTS.moment('v')) },
      scalars: { stepSize: scalar('stepSize'), epsilon: scalar('epsilon'), learningRate: scalar('learningRate') },
      decaying,
    });
    outputs.set(SLOTS.nextValues, next.values);
    for (const moment of momentsOf(optimizer)) outputs.set(SLOTS.nextMoment(moment), next.moments[moment]!);
  }
  if (updates.length > 0) outputs.set(SLOTS.nextStatistics, inOneRow(updates));
  return writeGraph(`${net.name}_step`, { outputs });
}
