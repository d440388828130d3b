import { AppError } from '@attune/errors';
import type * as tfjs from '@tensorflow/tfjs';
import { checkClipNorm } from '../clip-gradients';
import { DenseLayout } from '../dense-state';
import { DropoutMasks } from '../dropout-masks';
import type { CompiledNet, CompileOptions, Feeds, NamedValues, StepResult } from '../engine';
import { batchOf } from '../feeds';
import { orderOf } from '../graph';
import { inferencePass, trainingPass } from '../lower';
import type { Net } from '../net';
import { stepScalars } from '../optimizer';
import type { Tensor, TensorFlow } from '../tensor';
import { type Backward, clipped, leavesOf, makeBackward, type PassInputs } from './backward';
import { DenseOptimizer } from './dense-optimizer';
import { type DenseTensors, dispose, fromDevice, toDevice } from './dense-tensors';
import { evaluate } from './evaluate';

/** A net whose steps run in TensorFlow.js, which also differentiates it. How many threads it takes is TensorFlow's own choice. */
export class TensorFlowNet implements CompiledNet {
  readonly #layout: DenseLayout;
  readonly #masks: DropoutMasks;
  readonly #backward: (given: PassInputs) => Backward;
  readonly #optimizer: DenseOptimizer;
  /** What has to be fed to train and to predict. */
  readonly #wanted: Readonly<Record<'training' | 'inference', ReadonlyMap<string, Tensor>>>;
  #dense: DenseTensors;
  #step = 0;

  constructor(
    private readonly tf: TensorFlow,
    readonly net: Net,
    private readonly options: CompileOptions,
  ) {
    if (options.clipNorm !== undefined) checkClipNorm(options.clipNorm);
    this.#layout = new DenseLayout(net, options.optimizer);
    this.#masks = new DropoutMasks(options.seed);
    this.#backward = makeBackward(tf, net, this.#layout);
    this.#optimizer = new DenseOptimizer(tf, options.optimizer, this.#layout.parameters);
    const { loss, updates } = trainingPass(net);
    const training = feedsOf([loss, ...updates.values(), ...net.rowInputs.values()]);
    this.#wanted = { training, inference: feedsOf([...inferencePass(net).values()]) };
    this.#dense = toDevice(tf, this.#layout.initial(options.seed));
  }

  async step(feeds: Feeds, { learningRate }: { readonly learningRate: number }): Promise<StepResult> {
    const given = this.#given('training', feeds);
    const scalars = stepScalars(this.options.optimizer, learningRate, this.#step + 1);
    const { loss, rowGradients, next } = this.tf.tidy(() => {
      const { gradient, statistics, ...rest } = clipped(this.tf, this.#backward(given), this.options.clipNorm);
      const moved = gradient === undefined ? this.#dense : this.#optimizer.step(this.#dense, gradient, scalars);
      const { values, moments } = moved;
      return { ...rest, next: { values, moments, statistics } };
    });
    let isKept = false;
    try {
      const result = { loss: await this.#finite(loss), rowGradients: await numbersOf(rowGradients) };
      dispose(this.#dense, next);
      this.#dense = next;
      this.#step++;
      isKept = true;
      return result;
    } finally {
      this.tf.dispose([loss, rowGradients]);
      if (!isKept) dispose(next, this.#dense);
    }
  }

  async gradients(feeds: Feeds): Promise<{ loss: number; gradients: NamedValues }> {
    const given = this.#given('training', feeds);
    const { loss, gradient, rowGradients } = this.tf.tidy(() => {
      const { statistics: _, ...rest } = this.#backward(given);
      return rest;
    });
    try {
      const gradients = await numbersOf(rowGradients);
      const row = (await gradient?.data()) as Float32Array | undefined;
      for (const { name, start, end } of this.#layout.parameters.places) gradients[name] = row!.slice(start, end);
      return { loss: await this.#finite(loss), gradients };
    } finally {
      this.tf.dispose([loss, gradient, rowGradients]);
    }
  }

  async predict(feeds: Feeds): Promise<NamedValues> {
    const given = this.#given('inference', feeds);
    const outputs = inferencePass(this.net);
    const results = this.tf.tidy(() => {
      const values = evaluate(this.tf, [...outputs.values()], leavesOf(this.tf, this.#layout, given));
      // two outputs may be the same tensor
      return Object.fromEntries([...outputs.keys()].map((name, at) => [name, values[at]!.clone()]));
    });
    try {
      return await numbersOf(results);
    } finally {
      this.tf.dispose(results);
    }
  }

  async state(): Promise<NamedValues> {
    return this.#layout.save(await fromDevice(this.#layout, this.#dense), this.#step);
  }

  async restore(state: Readonly<NamedValues>): Promise<void> {
    const rows = this.#layout.empty();
    const step = this.#layout.load(state, rows);
    dispose(this.#dense);
    this.#dense = toDevice(this.tf, rows);
    this.#step = step;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    dispose(this.#dense);
  }

  #given(mode: 'training' | 'inference', feeds: Feeds): PassInputs {
    const step = this.#step;
    return {
      feeds,
      batch: batchOf(this.#wanted[mode], feeds),
      dense: this.#dense,
      mask: (leaf, size) => this.#masks.mask(leaf, size, step),
    };
  }

  async #finite(loss: tfjs.Tensor): Promise<number> {
    const value = (await loss.data())[0]!;
    if (Number.isFinite(value)) return value;
    throw new AppError(
      'internal.diverged',
      `the loss of net "${this.net.name}" is ${value} in step ${this.#step + 1}; lower the learning rate, or look for values in ` +
        'the feeds that are not finite',
    );
  }
}

/** The inputs and rows that tensors are computed from. */
function feedsOf(targets: readonly Tensor[]): ReadonlyMap<string, Tensor> {
  const fed = orderOf(targets).flatMap((tensor) => {
    const { origin } = tensor;
    return origin.kind === 'input' || origin.kind === 'rows' ? [[origin.name, tensor] as const] : [];
  });
  return new Map(fed);
}

/** Copies of tensors from the device, by the same names. */
async function numbersOf(tensors: Readonly<Record<string, tfjs.Tensor>>): Promise<NamedValues> {
  const numbers: NamedValues = {};
  for (const [name, tensor] of Object.entries(tensors)) numbers[name] = (await tensor.data()) as Float32Array;
  return numbers;
}
