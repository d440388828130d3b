import type * as tfjs from '@tensorflow/tfjs';
import { broadcastShapes, padRank, type Shape } from '../shape';
import type { Op, Tensor, TensorFlow, TensorGraph } from '../tensor';
import { reshape } from './reshape';
import { sum } from './sum';

/** A tensor, or a number that stands for a constant. */
export type Operand = Tensor | number;

function binary(
  name: string,
  onnxName: string,
  tensorflow: (tf: TensorFlow, a: tfjs.Tensor, b: tfjs.Tensor) => tfjs.Tensor,
  gradient: (a: Tensor, b: Tensor, gradient: Tensor) => readonly [Tensor, Tensor],
): Op<Record<string, never>> {
  return {
    name,
    takesThinGradient: true,
    shape: ([a, b]) => broadcastShapes(a!, b!),
    gradient({ inputs: [a, b], output }, outer) {
      const [forA, forB] = gradient(a!, b!, outer);
      return [reduceTo(forA, output.shape, a!.shape), reduceTo(forB, output.shape, b!.shape)];
    },
    onnx: (emit, [a, b]) => emit.node(onnxName, [a!, b!]),
    tensorflow: (tf, [a, b]) => tensorflow(tf, a!, b!),
  };
}

const ADD = binary(
  'add',
  'Add',
  (tf, a, b) => tf.add(a, b),
  (_a, _b, g) => [g, g],
);
const SUBTRACT = binary(
  'subtract',
  'Sub',
  (tf, a, b) => tf.sub(a, b),
  (_a, _b, g) => [g, negate(g)],
);
const MULTIPLY = binary(
  'multiply',
  'Mul',
  (tf, a, b) => tf.mul(a, b),
  (a, b, g) => [multiply(g, b), multiply(g, a)],
);
const DIVIDE = binary(
  'divide',
  'Div',
  (tf, a, b) => tf.div(a, b),
  (a, b, g) => {
    const forA = divide(g, b);
    return [forA, negate(divide(multiply(forA, a), b))];
  },
);

/** a + b, with axes of size 1 and missing leading axes stretched. */
export function add(a: Operand, b: Operand): Tensor {
  if (numberOf(a) === 0 && typeof b !== 'number') return b;
  if (numberOf(b) === 0 && typeof a !== 'number') return a;
  return apply(ADD, a, b, (x, y) => x + y);
}

/** a - b, as `add`. */
export function subtract(a: Operand, b: Operand): Tensor {
  if (numberOf(b) === 0 && typeof a !== 'number') return a;
  return apply(SUBTRACT, a, b, (x, y) => x - y);
}

/** a * b element by element, as `add`. */
export function multiply(a: Operand, b: Operand): Tensor {
  if (numberOf(a) === 1 && typeof b !== 'number') return b;
  if (numberOf(b) === 1 && typeof a !== 'number') return a;
  return apply(MULTIPLY, a, b, (x, y) => x * y);
}

/** a / b element by element, as `add`. */
export function divide(a: Operand, b: Operand): Tensor {
  if (numberOf(b) === 1 && typeof a !== 'number') return a;
  return apply(DIVIDE, a, b, (x, y) => x / y);
}

/** -x. */
export function negate(x: Tensor): Tensor {
  return multiply(x, -1);
}

/** A number as a tensor without axes. */
export function constant(graph: TensorGraph, value: number): Tensor {
  return graph.leaf({ kind: 'constant', value }, []);
}

/**
 * A gradient of a result of shape `from` as one of an operand of shape `to` that was stretched to it: what was stretched is summed. A
 * thin axis of the gradient (size 1 where `from` has n) counts n times where it is summed, and stays thin where it is not.
 */
export function reduceTo(gradient: Tensor, from: Shape, to: Shape): Tensor {
  const rank = from.length;
  const target = padRank(to, rank);
  const thick = padRank(gradient.shape, rank);
  const stretched = from.flatMap((dim, axis) => (dim !== 1 && target[axis] === 1 ? [axis] : []));
  const summed = sum(reshape(gradient, thick), { axes: stretched.filter((axis) => thick[axis] !== 1), keepDims: true });
  const times = stretched.filter((axis) => thick[axis] === 1).map((axis) => from[axis]!);
  const scaled = times.reduce<Tensor>(
    (product, dim) => multiply(product, dim === 'batch' ? batchSize(gradient.graph) : dim),
    summed,
  );
  return reshape(scaled, scaled.shape.slice(rank - to.length));
}

/** How many examples the batch has, as a tensor without axes. */
export function batchSize(graph: TensorGraph): Tensor {
  return graph.leaf({ kind: 'batch_size' }, []);
}

function numberOf(operand: Operand): number | undefined {
  if (typeof operand === 'number') return operand;
  return operand.origin.kind === 'constant' ? operand.origin.value : undefined;
}

function apply(op: typeof ADD, a: Operand, b: Operand, fold: (a: number, b: number) => number): Tensor {
  const graph = typeof a !== 'number' ? a.graph : (b as Tensor).graph;
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined && right !== undefined) return constant(graph, fold(left, right));
  const tensor = (operand: Operand) => (typeof operand === 'number' ? constant(graph, operand) : operand);
  return graph.apply(op, [tensor(a), tensor(b)], {});
}
