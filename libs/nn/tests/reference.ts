import { orderOf } from '../src/graph';
import { concreteShape } from '../src/shape';
import type { Tensor } from '../src/tensor';

/** A tensor with values in double precision. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, dim) => product * dim, 1);

function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** A tensor whose value at each place is computed from the place's indices. */
function build(shape: readonly number[], at: (indices: readonly number[]) => number): Values {
  const data = new Float64Array(sizeOf(shape));
  const strides = stridesOf(shape);
  for (let i = 0; i < data.length; i++) {
    data[i] = at(shape.map((dim, axis) => Math.floor(i / strides[axis]!) % dim));
  }
  return { shape, data };
}

/** The value at indices; axes of size 1 and missing leading axes stretch. */
function read({ shape, data }: Values, indices: readonly number[]): number {
  const own = indices.slice(indices.length - shape.length);
  const strides = stridesOf(shape);
  return data[own.reduce((sum, index, axis) => sum + (shape[axis] === 1 ? 0 : index) * strides[axis]!, 0)]!;
}

const map =
  (f: (x: number) => number) =>
  ([x]: readonly Values[]) => ({ shape: x!.shape, data: x!.data.map(f) });

const arithmetic =
  (f: (a: number, b: number) => number) =>
  ([a, b]: readonly Values[], shape: readonly number[]) =>
    build(shape, (at) => f(read(a!, at), read(b!, at)));

type Rule = (inputs: readonly Values[], shape: readonly number[], attributes: never) => Values;

function matMul(
  [a, b]: readonly Values[],
  shape: readonly number[],
  t: { transposeA: boolean; transposeB: boolean },
): Values {
  const inner = a!.shape.at(t.transposeA ? -2 : -1)!;
  return build(shape, (at) => {
    const outer = at.slice(0, -2);
    const [row, column] = at.slice(-2) as [number, number];
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      const left = read(a!, [...outer, ...(t.transposeA ? [k, row] : [row, k])]);
      sum += left * read(b!, [...outer, ...(t.transposeB ? [column, k] : [k, column])]);
    }
    return sum;
  });
}

function sum([x]: readonly Values[], shape: readonly number[], attributes: { axes: readonly number[] }): Values {
  const kept = x!.shape.map((dim, axis) => (attributes.axes.includes(axis) ? 1 : dim));
  const data = new Float64Array(sizeOf(shape));
  const strides = stridesOf(kept);
  build(x!.shape, (at) => {
    const place = at.reduce((total, index, axis) => total + (kept[axis] === 1 ? 0 : index) * strides[axis]!, 0);
    data[place]! += read(x!, at);
    return 0;
  });
  return { shape, data };
}

function softmaxOf(x: Values, at: readonly number[]): number {
  const row = Array.from({ length: x.shape.at(-1)! }, (_, i) => Math.exp(read(x, [...at.slice(0, -1), i])));
  return row[at.at(-1)!]! / row.reduce((total, value) => total + value, 0);
}

function concat(inputs: readonly Values[], shape: readonly number[], { axis }: { axis: number }): Values {
  return build(shape, (at) => {
    let start = 0;
    for (const input of inputs) {
      if (at[axis]! < start + input.shape[axis]!) return read(input, at.with(axis, at[axis]! - start));
      start += input.shape[axis]!;
    }
    throw new Error('no input reaches that far');
  });
}

interface Part {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

/** What each operation means, written down once more, in double precision and as plainly as possible. */
const RULES: Readonly<Record<string, Rule>> = {
  add: arithmetic((a, b) => a + b),
  subtract: arithmetic((a, b) => a - b),
  multiply: arithmetic((a, b) => a * b),
  divide: arithmetic((a, b) => a / b),
  relu: map((x) => Math.max(x, 0)),
  gate: map((x) => (x > 0 ? 1 : 0)),
  sigmoid: map((x) => 1 / (1 + Math.exp(-x))),
  tanh: map(Math.tanh),
  exp: map(Math.exp),
  log: map(Math.log),
  sqrt: map(Math.sqrt),
  softplus: map((x) => Math.log(1 + Math.exp(x))),
  reshape: ([x], shape) => ({ shape, data: x!.data }),
  broadcast: ([x], shape) => build(shape, (at) => read(x!, at)),
  transpose: ([x], shape, { order }: { order: readonly number[] }) =>
    build(shape, (at) =>
      read(
        x!,
        at.map((_, axis) => at[order.indexOf(axis)]!),
      ),
    ),
  slice: ([x], shape, { axis, start }: Part) => build(shape, (at) => read(x!, at.with(axis, at[axis]! + start))),
  place: ([x], shape, { axis, start, end }: Part) =>
    build(shape, (at) => (at[axis]! < start || at[axis]! >= end ? 0 : read(x!, at.with(axis, at[axis]! - start)))),
  softmax: ([x], shape) => build(shape, (at) => softmaxOf(x!, at)),
  log_softmax: ([x], shape) => build(shape, (at) => Math.log(softmaxOf(x!, at))),
  batch_norm: ([, away, variance, gamma, beta], shape, { epsilon }: { epsilon: number }) =>
    build(shape, (at) => {
      const standard = read(away!, at) / Math.sqrt(read(variance!, at) + epsilon);
      return read(gamma!, at) * standard + read(beta!, at);
    }),
  relu_dropout: arithmetic((x, mask) => Math.max(x, 0) * mask),
  sum,
  matmul: matMul,
  concat,
};

/** The operations that the reference knows. */
export const KNOWN_OPS: ReadonlySet<string> = new Set(Object.keys(RULES));

/** Computes tensors in double precision from the values of their leaves, by name. */
export function evaluate(
  targets: readonly Tensor[],
  leaves: Readonly<Record<string, Float64Array>>,
  batch: number,
): Values[] {
  const values = new Map<Tensor, Values>();
  for (const tensor of orderOf(targets)) {
    const shape = concreteShape(tensor.shape, batch);
    const { origin } = tensor;
    if (origin.kind === 'op') {
      const inputs = origin.inputs.map((input) => values.get(input)!);
      values.set(tensor, RULES[origin.op.name]!(inputs, shape, origin.attributes as never));
    } else if (origin.kind === 'constant') values.set(tensor, { shape, data: Float64Array.of(origin.value) });
    else if (origin.kind === 'batch_size') values.set(tensor, { shape, data: Float64Array.of(batch) });
    else values.set(tensor, { shape, data: leaves[(origin as { name: string }).name]! });
  }
  return targets.map((target) => values.get(target)!);
}
