import { AppError } from '@attune/errors';
import { Graph } from './graph';
import { type Initializer, ONES, ZEROS } from './initializer';

import { multiply } from './ops/arithmetic';
import { batchNorm, columnMoments } from './ops/batch-norm';
import { reluDropout } from './ops/relu-dropout';
import { type Shape, sizeOf } from './shape';
import type { Leaf, Tensor } from './tensor';

/** A running mean of something that each training batch has, for inference. */
export interface Statistic {
  /** Where the engine keeps it. */
  readonly kept: Tensor;
  /** What a batch says. */
  readonly observed: Tensor;
  /** The share of the batch in the new value. */
  readonly momentum: number;
}

/**
 * A model as a forward pass: declare what is given and what is learned, combine tensors by the functions of `ops/` and `layers/`, say
 * what the loss is and what inference answers. Nothing is computed here; an engine compiles the net.
 */
export class Net {
  readonly #graph = new Graph();
  readonly #names = new Set<string>();
  readonly #inputs = new Map<string, Tensor>();
  readonly #rows = new Map<string, Tensor>();
  readonly #parameters = new Map<string, Tensor>();
  readonly #statistics: Statistic[] = [];
  readonly #outputs = new Map<string, Tensor>();
  #loss: Tensor | undefined;
  #masks = 0;

  constructor(readonly name: string) {}

  /** Values that come with each batch, for instance labels. The first axis is usually 'batch'. */
  input(name: string, shape: Shape): Tensor {
    return this.#declare(this.#inputs, { kind: 'input', name }, shape);
  }

  /** Rows of an embedding table that lives outside: they come with each batch, and a step hands their gradient back. */
  rows(name: string, shape: Shape): Tensor {
    return this.#declare(this.#rows, { kind: 'rows', name }, shape);
  }

  /** Weights that the engine holds and learns. Weight decay applies unless `decays` is false. */
  parameter(name: string, shape: Shape, initializer: Initializer, options: { readonly decays?: boolean } = {}): Tensor {
    if (shape.includes('batch')) throw new AppError('invalid.net', `parameter "${name}" cannot depend on the batch`);
    return this.#declare(
      this.#parameters,
      { kind: 'parameter', name, initializer, decays: options.decays ?? true },
      shape,
    );
  }

  /** Zeroes a share `rate` of the values while training and scales the others by 1 / (1 - rate) (Srivastava et al. 2014, inverted). */
  dropout(x: Tensor, rate: number): Tensor {
    if (!(rate >= 0 && rate < 1)) {
      throw new AppError('invalid.net', `a dropout rate is at least 0 and below 1, and not ${rate}`);
    }
    if (rate === 0) return x;
    const mask = this.#graph.leaf({ kind: 'mask', name: `dropout.${this.#masks++}`, rate }, x.shape);
    const { origin } = x;
    const isRelu = origin.kind === 'op' && origin.op.name === 'relu';
    return this.#graph.byMode(isRelu ? reluDropout(origin.inputs[0]!, mask, 1 / (1 - rate)) : multiply(x, mask), x);
  }

  /**
   * Batch normalization (Ioffe and Szegedy 2015) of x [batch, width] by the mean and the (biased) variance of each column, then scaled
   * and shifted by learned `<name>.gamma` and `<name>.beta` [width]. Inference uses running statistics `<name>.mean` and
   * `<name>.variance`, of which each step takes a share `momentum` from its batch.
   */
  batchNorm(x: Tensor, name: string, options: { readonly momentum?: number; readonly epsilon?: number } = {}): Tensor {
    const width = x.shape[1];
    if (x.shape.length !== 2 || x.shape[0] !== 'batch' || typeof width !== 'number') {
      throw new AppError('invalid.net', `batch normalization "${name}" needs a tensor [batch, width]`);
    }
    const { momentum = 0.1, epsilon = 1e-5 } = options;
    const gamma = this.parameter(`${name}.gamma`, [width], ONES, { decays: false });
    const beta = this.parameter(`${name}.beta`, [width], ZEROS, { decays: false });
    const observed = columnMoments(x);
    const kept = {
      mean: this.#statistic(`${name}.mean`, 0, { momentum, observed: observed.mean }),
      variance: this.#statistic(`${name}.variance`, 1, { momentum, observed: observed.variance }),
    };
    const learned = { gamma, beta, epsilon };
    return this.#graph.byMode(batchNorm(x, observed, learned), batchNorm(x, kept, learned));
  }

  /** Says what training makes small: one number, a mean over the batch. */
  loss(tensor: Tensor): void {
    if (this.#loss !== undefined) throw new AppError('invalid.net', `net "${this.name}" has a loss already`);
    if (tensor.shape.includes('batch') || sizeOf(tensor.shape, 1) !== 1) {
      throw new AppError('invalid.net', `the loss of net "${this.name}" must be one number; take its mean`);
    }
    this.#loss = tensor;
  }

  /** Names a tensor that inference answers with. */
  output(name: string, tensor: Tensor): void {
    if (this.#outputs.has(name)) throw new AppError('invalid.net', `output "${name}" is declared twice`);
    this.#outputs.set(name, tensor);
  }

  /** What was declared, by name and in order. */
  get inputs(): ReadonlyMap<string, Tensor> {
    return this.#inputs;
  }
  get rowInputs(): ReadonlyMap<string, Tensor> {
    return this.#rows;
  }
  get parameters(): ReadonlyMap<string, Tensor> {
    return this.#parameters;
  }
  get statistics(): readonly Statistic[] {
    return this.#statistics;
  }
  get outputs(): ReadonlyMap<string, Tensor> {
    return this.#outputs;
  }

  /** The tensor that training makes small. */
  get lossTensor(): Tensor {
    if (this.#loss === undefined) {
      throw new AppError('invalid.net', `net "${this.name}" has no loss; call loss() to train it`);
    }
    return this.#loss;
  }

  #statistic(name: string, initial: number, { momentum, observed }: Pick<Statistic, 'momentum' | 'observed'>): Tensor {
    this.#claim(name);
    const kept = this.#graph.leaf({ kind: 'statistic', name, initial }, observed.shape);
    this.#statistics.push({ kept, observed, momentum });
    return kept;
  }

  #declare(
    map: Map<string, Tensor>,
    origin: Extract<Leaf, { kind: 'input' | 'rows' | 'parameter' }>,
    shape: Shape,
  ): Tensor {
    this.#claim(origin.name);
    for (const dim of shape) {
      if (dim !== 'batch' && !(Number.isInteger(dim) && dim > 0)) {
        throw new AppError('invalid.net', `"${origin.name}" has an axis of size ${dim}`);
      }
    }
    const tensor = this.#graph.leaf(origin, shape);
    map.set(origin.name, tensor);
    return tensor;
  }

  #claim(name: string): void {
    if (name === '' || name.includes(':')) throw new AppError('invalid.net', `"${name}" is no name for a tensor`);
    if (this.#names.has(name)) throw new AppError('invalid.net', `"${name}" is declared twice in net "${this.name}"`);
    this.#names.add(name);
  }
}
