import { AppError } from '@attune/errors';
import type * as tfjs from '@tensorflow/tfjs';
import type { OptimizerSettings } from '../engine';
import { Graph } from '../graph';
import { type Moment, momentsOf, type OptimizerInputs, optimizerStep, type StepScalars } from '../optimizer';
import type { ParameterLayout } from '../parameter-layout';
import type { Tensor, TensorFlow } from '../tensor';
import type { DenseTensors } from './dense-tensors';
import { evaluate } from './evaluate';

/** The formulas of `optimizerStep`, the same as in the graph of ONNX Runtime, so that a state of one engine fits the other. */
export class DenseOptimizer {
  readonly #targets: readonly Tensor[];
  readonly #moments: readonly Moment[];

  constructor(
    private readonly tf: TensorFlow,
    settings: OptimizerSettings,
    { size, decaying }: ParameterLayout,
  ) {
    this.#moments = momentsOf(settings);
    const graph = new Graph();
    const row = (name: string) => graph.leaf({ kind: 'slot', name }, [size]);
    const scalar = (name: keyof StepScalars) => graph.leaf({ kind: 'slot', name }, []);
    const inputs: OptimizerInputs = {
      values: row('values'),
      gradient: row('gradient'),
      moments: { m: row('m'), v: row('v') },
      scalars: { stepSize: scalar('stepSize'), epsilon: scalar('epsilon'), learningRate: scalar('learningRate') },
      decaying,
    };
    const next = optimizerStep(settings, inputs);
    this.#targets = [next.values, ...this.#moments.map((moment) => next.moments[moment]!)];
  }

  /** Values and moments after a step. */
  step(
    { values, moments }: DenseTensors,
    gradient: tfjs.Tensor,
    scalars: StepScalars,
  ): Pick<DenseTensors, 'values' | 'moments'> {
    const { tf } = this;
    const [next, ...rest] = tf.tidy(() =>
      evaluate(tf, this.#targets, (leaf) => {
        if (leaf.kind === 'constant') return tf.scalar(leaf.value);
        if (leaf.kind !== 'slot') throw new AppError('internal.leaf', `an optimizer has no ${leaf.kind}`);
        const tensors: Readonly<Record<string, tfjs.Tensor | undefined>> = { values, gradient, ...moments };
        return tensors[leaf.name] ?? tf.scalar(scalars[leaf.name as keyof StepScalars]);
      }),
    );
    return { values: next!, moments: Object.fromEntries(this.#moments.map((moment, at) => [moment, rest[at]!])) };
  }
}
