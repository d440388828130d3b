import { AppError } from '@attune/errors';
import * as ort from 'onnxruntime-node';
import { DenseLayout, type DenseRows } from '../dense-state';
import { DropoutMasks } from '../dropout-masks';
import type { CompiledNet, CompileOptions, Feeds, NamedValues, StepResult } from '../engine';
import { batchOf } from '../feeds';
import { inferencePass } from '../lower';
import type { Net } from '../net';
import { writeGraph } from '../onnx/onnx-writer';
import { stepScalars } from '../optimizer';
import { sizeOf } from '../shape';
import { KeptTensors } from './kept-tensors';
import { type OrtValues, Session } from './session';
import { SLOTS, writeGradientGraph, writeStepGraph } from './training-graph';

/**
 * A net whose steps run in ONNX Runtime.
 *
 * @public loaded by `require` where it is used, which a search for unused exports does not see
 */
export class OnnxNet implements CompiledNet {
  readonly #layout: DenseLayout;
  readonly #masks: DropoutMasks;
  readonly #kept: KeptTensors;
  /** A step reads one and writes the other, so that nothing is copied and a failed step changes nothing. */
  #current: DenseRows;
  #next: DenseRows;
  #step = 0;
  #gradientSession: Promise<Session> | undefined;
  #inferenceSession: Promise<Session> | undefined;
  /** Where results of a batch size go; the last two sizes are kept, since the last batch of an epoch is often smaller. */
  readonly #results = new Map<number, OrtValues>();

  private constructor(
    readonly net: Net,
    private readonly options: CompileOptions,
    private readonly sessionOptions: ort.InferenceSession.SessionOptions,
    private readonly stepSession: Session,
  ) {
    this.#layout = new DenseLayout(net, options.optimizer);
    this.#masks = new DropoutMasks(options.seed);
    this.#kept = new KeptTensors(this.#layout);
    this.#current = this.#layout.initial(options.seed);
    this.#next = this.#layout.empty();
  }

  static async compile(
    net: Net,
    options: CompileOptions,
    sessionOptions: ort.InferenceSession.SessionOptions,
  ): Promise<OnnxNet> {
    const session = await Session.open(writeStepGraph(net, options), sessionOptions);
    return new OnnxNet(net, options, sessionOptions, session);
  }

  async step(feeds: Feeds, { learningRate }: { readonly learningRate: number }): Promise<StepResult> {
    const batch = batchOf(this.stepSession.given, feeds);
    const inputs = this.#inputs(this.stepSession, feeds, batch);
    for (const [name, value] of Object.entries(stepScalars(this.options.optimizer, learningRate, this.#step + 1))) {
      const slot = SLOTS.scalar(name as 'stepSize');
      if (this.stepSession.graph.inputs.has(slot)) inputs[slot] = new ort.Tensor('float32', [value], []);
    }
    const results = this.#resultsFor(batch);
    await this.stepSession.run(inputs, { ...results, ...this.#kept.outputs(this.#next) });
    const loss = this.#finite(results[SLOTS.loss]!.data[0] as number);
    [this.#current, this.#next] = [this.#next, this.#current];
    this.#step++;
    return { loss, rowGradients: this.#rowGradients(results) };
  }

  async gradients(feeds: Feeds): Promise<{ loss: number; gradients: NamedValues }> {
    this.#gradientSession ??= Session.open(writeGradientGraph(this.net), this.sessionOptions);
    const session = await this.#gradientSession;
    const batch = batchOf(session.given, feeds);
    const results = await session.run(this.#inputs(session, feeds, batch));
    const gradients: NamedValues = this.#rowGradients(results);
    const row = results[SLOTS.gradient]?.data as Float32Array | undefined;
    for (const { name, start, end } of this.#layout.parameters.places) gradients[name] = row!.slice(start, end);
    return { loss: this.#finite(results[SLOTS.loss]!.data[0] as number), gradients };
  }

  async predict(feeds: Feeds): Promise<NamedValues> {
    this.#inferenceSession ??= Session.open(
      writeGraph(`${this.net.name}_inference`, { outputs: inferencePass(this.net) }),
      this.sessionOptions,
    );
    const session = await this.#inferenceSession;
    const batch = batchOf(session.given, feeds);
    const results = await session.run(this.#inputs(session, feeds, batch));
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]));
  }

  async state(): Promise<NamedValues> {
    return this.#layout.save(this.#current, this.#step);
  }

  async restore(state: Readonly<NamedValues>): Promise<void> {
    this.#step = this.#layout.load(state, this.#current);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stepSession[Symbol.asyncDispose]();
    await (await this.#gradientSession)?.[Symbol.asyncDispose]();
    await (await this.#inferenceSession)?.[Symbol.asyncDispose]();
  }

  /** What a graph asks for: what is kept, feeds, masks. */
  #inputs(session: Session, feeds: Feeds, batch: number): OrtValues {
    const inputs = { ...session.batchInputs(batch), ...this.#kept.inputs(session, this.#current) };
    for (const name of session.given.keys()) inputs[name] = session.tensor(name, feeds[name]!, batch);
    for (const mask of session.masks) {
      const values = this.#masks.mask(mask, sizeOf(mask.shape, batch), this.#step);
      inputs[mask.name] = session.tensor(mask.name, values, batch);
    }
    return inputs;
  }

  #resultsFor(batch: number): OrtValues {
    const known = this.#results.get(batch);
    if (known !== undefined) return known;
    const results: OrtValues = { [SLOTS.loss]: new ort.Tensor('float32', new Float32Array(1), []) };
    for (const [name, { shape }] of this.net.rowInputs) {
      const dims = shape.map((dim) => (dim === 'batch' ? batch : dim));
      results[SLOTS.rowGradient(name)] = new ort.Tensor('float32', new Float32Array(sizeOf(shape, batch)), dims);
    }
    if (this.#results.size === 2) this.#results.delete(this.#results.keys().next().value!);
    this.#results.set(batch, results);
    return results;
  }

  #rowGradients(results: OrtValues): NamedValues {
    const names = [...this.net.rowInputs.keys()];
    return Object.fromEntries(names.map((name) => [name, results[SLOTS.rowGradient(name)]!.data as Float32Array]));
  }

  #finite(loss: number): number {
    if (Number.isFinite(loss)) return loss;
    throw new AppError(
      'internal.diverged',
      `the loss of net "${this.net.name}" is ${loss} in step ${this.#step + 1}; lower the learning rate, or look for values in the ` +
        'feeds that are not finite',
    );
  }
}
