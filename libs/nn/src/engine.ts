import type { Net } from './net';

/** How dense parameters move. The learning rate is given with each step, so that schedules live outside. */
export type OptimizerSettings =
  | {
      readonly kind: 'adam';
      /** Kingma and Ba 2015; defaults .9, .999 and 1e-8. */
      readonly beta1?: number;
      readonly beta2?: number;
      readonly epsilon?: number;
      readonly weightDecay?: WeightDecay;
    }
  | {
      readonly kind: 'adagrad';
      /** Duchi et al. 2011; default 1e-10. */
      readonly epsilon?: number;
      readonly weightDecay?: WeightDecay;
    }
  | { readonly kind: 'sgd'; readonly momentum?: number; readonly weightDecay?: WeightDecay };

/**
 * Pulls the parameters that decay towards zero. `decoupled`: p -= learningRate * rate * p, beside the gradient's step (AdamW, Loshchilov
 * and Hutter 2019). `l2`: rate * p is added to the gradient, as the derivative of rate / 2 * |p|^2.
 */
export interface WeightDecay {
  readonly kind: 'decoupled' | 'l2';
  readonly rate: number;
}

/** Values of a batch by the names of inputs and rows, row-major; all of one batch size. */
export type Feeds = Readonly<Record<string, Float32Array>>;

/** Tensors by name. */
export type NamedValues = Record<string, Float32Array>;

/** What one step found. `rowGradients` belong to the net and are overwritten by its next call: use them at once, or copy. */
export interface StepResult {
  /** Mean over the batch, before the step. */
  readonly loss: number;
  /** d loss / d rows, by the name of the rows, with their shape. */
  readonly rowGradients: Readonly<NamedValues>;
}

/** Options of `TrainingEngine.compile`. */
export interface CompileOptions {
  readonly optimizer: OptimizerSettings;
  /** Draws the parameters and the masks of dropout: equal seeds give equal trainings, whatever the engine. */
  readonly seed: number;
  readonly threads: number;
  /**
   * The most that the common norm of all gradients may be, those of rows included; larger ones are scaled down to it. It is the norm over
   * the rows as a batch gathers them: one that it gathers twice counts twice. Default: no limit.
   */
  readonly clipNorm?: number;
}

/**
 * A net with its parameters, ready to be trained. Calls go one after the other. A step that fails, also by a loss that is not finite
 * (`internal.diverged`), leaves the parameters as they were.
 */
export interface CompiledNet extends AsyncDisposable {
  readonly net: Net;
  /** Forward, backward, and one step of the dense optimizer. */
  step(feeds: Feeds, options: { readonly learningRate: number }): Promise<StepResult>;
  /** Loss and gradients of parameters and rows as the next step would find them, before they are clipped; nothing moves. */
  gradients(feeds: Feeds): Promise<{ readonly loss: number; readonly gradients: NamedValues }>;
  /** The net's outputs: dropout off, batch normalization by its running statistics. Feeds that only the loss needs are left out. */
  predict(feeds: Feeds): Promise<NamedValues>;
  /**
   * A copy of all that training has changed, by name, the same for all engines: parameters `w`, moments `w:m` and `w:v`, statistics,
   * and `:step`, how many steps were taken.
   */
  state(): Promise<NamedValues>;
  /** Goes back to a state, of this engine or of another one; throws `invalid.state` where it is of another net. */
  restore(state: Readonly<NamedValues>): Promise<void>;
}

/** Something that can train nets. */
export interface TrainingEngine {
  readonly name: 'onnxruntime' | 'tensorflow';
  /** For instance `cpu`, `cuda`, `tfjs-node`. */
  readonly device: string;
  /** Why this engine and device were chosen, for logs. */
  readonly reason: string;
  compile(net: Net, options: CompileOptions): Promise<CompiledNet>;
}
