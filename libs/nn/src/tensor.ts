import type * as tfjs from '@tensorflow/tfjs';
import type { Initializer } from './initializer';
import type { Shape } from './shape';

/** A float32 tensor that has no values yet: a node of a graph. */
export interface Tensor {
  /** The place in the graph: inputs of an operation have smaller numbers than its result. */
  readonly id: number;
  readonly shape: Shape;
  readonly origin: Origin;
  readonly graph: TensorGraph;
}

/** Where a tensor comes from when it is no result of an operation. */
export type Leaf =
  /** Given with each batch. */
  | { readonly kind: 'input'; readonly name: string }
  /** Rows of an embedding table outside of the net, given with each batch; their gradient is handed back. */
  | { readonly kind: 'rows'; readonly name: string }
  /** Learned by the engine. `decays`: weight decay applies. */
  | { readonly kind: 'parameter'; readonly name: string; readonly initializer: Initializer; readonly decays: boolean }
  /** Kept by the engine beside the parameters and moved by the `updates` of the training pass, never by gradients. */
  | { readonly kind: 'statistic'; readonly name: string; readonly initial: number }
  /** Zeros and 1 / (1 - rate), drawn anew for each step by `DropoutMasks`. */
  | { readonly kind: 'mask'; readonly name: string; readonly rate: number }
  /** A tensor that the engine keeps for its optimizer, or a number that it gives with each step. */
  | { readonly kind: 'slot'; readonly name: string }
  /** How many examples the batch has, as a number. */
  | { readonly kind: 'batch_size' }
  | { readonly kind: 'constant'; readonly value: number };

/** Where a tensor comes from. `mode`: one thing while training and another in inference; `lower` decides. */
export type Origin =
  | Leaf
  | { readonly kind: 'mode'; readonly training: Tensor; readonly inference: Tensor }
  | {
      readonly kind: 'op';
      readonly op: Op;
      readonly inputs: readonly Tensor[];
      readonly attributes: Attributes;
    };

/** What makes tensors; see `Graph`. */
export interface TensorGraph {
  /** The tensor of a leaf; the same leaf gives the same tensor. */
  leaf(origin: Leaf, shape: Shape): Tensor;
  /** The result of an operation; the same operation on the same inputs gives the same tensor. */
  apply<A extends Attributes>(op: Op<A>, inputs: readonly Tensor[], attributes: A): Tensor;
  /** What is one tensor while training and another in inference. */
  byMode(training: Tensor, inference: Tensor): Tensor;
}

/** What an operation is told beside its inputs; plain data, since it is part of the operation's identity. */
export type Attributes = Readonly<Record<string, number | string | boolean | Shape>>;

/** The TensorFlow.js namespace, whichever package it comes from. */
export type TensorFlow = typeof tfjs;

/** What an ONNX writer gives to an operation. */
export interface OnnxEmitter {
  /** Adds a node; returns the name of its output. */
  node(op: string, inputs: readonly string[], attributes?: OnnxAttributes, domain?: string): string;
  /** A stored list of int64, for instance axes. */
  ints(values: readonly number[]): string;
  /** A stored float32 scalar. */
  scalar(value: number): string;
  /** The sizes of a shape as int64 [rank]; the batch is known only when the graph runs. */
  sizes(shape: Shape): string;
}

/** Attributes of an ONNX node: integers, lists of them, or a float. */
export type OnnxAttributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;

/** One use of an operation. */
export interface Use<A> {
  readonly attributes: A;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
}

/** An operation: everything that differentiation and the two engines must know of it, in one record. */
export interface Op<A extends Attributes = Attributes> {
  /** Unique; a part of the identity of its results. */
  readonly name: string;
  /** The shape of the result; throws `invalid.net` where the inputs do not fit. */
  shape(inputs: readonly Shape[], attributes: A): Shape;
  /**
   * The gradient of each input from that of the output, in terms of operations; undefined where there is none. What is returned may
   * have size 1 along axes where the input has more: it is the same all along them.
   */
  gradient(use: Use<A>, gradient: Tensor): readonly (Tensor | undefined)[];
  /** `gradient` takes a gradient with such axes of size 1 too, and need not have it spread out. */
  readonly takesThinGradient?: boolean;
  /** Writes the operation; `names` are those of the inputs. Returns the name of the result. */
  onnx(emit: OnnxEmitter, names: readonly string[], use: Use<A>): string;
  /** Runs the operation. */
  tensorflow(tf: TensorFlow, inputs: readonly tfjs.Tensor[], use: Use<A>): tfjs.Tensor;
}
