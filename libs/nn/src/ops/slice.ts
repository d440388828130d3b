import { AppError } from '@attune/errors';
import { describeShape, normalizeAxes } from '../shape';
import type { Op, Tensor } from '../tensor';

interface Part extends Readonly<Record<string, number>> {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

const SLICE: Op<Part> = {
  name: 'slice',
  shape([x], { axis, start, end }) {
    const size = x![axis]!;
    if (size === 'batch' || !(start >= 0 && start < end && end <= size)) {
      throw new AppError('invalid.net', `${describeShape(x!)} has no part ${start}..${end} along axis ${axis}`);
    }
    return x!.map((dim, at) => (at === axis ? end - start : dim));
  },
  gradient: ({ inputs: [x], attributes }, g) => [place(g, attributes, x!.shape[attributes.axis] as number)],
  onnx: (emit, [x], { attributes: { axis, start, end } }) =>
    emit.node('Slice', [x!, emit.ints([start]), emit.ints([end]), emit.ints([axis])]),
  tensorflow(tf, [x], { attributes: { axis, start, end } }) {
    const begin = x!.shape.map((_, at) => (at === axis ? start : 0));
    const size = x!.shape.map((dim, at) => (at === axis ? end - start : dim));
    return tf.slice(x!, begin, size);
  },
};

const PLACE: Op<Part & { readonly size: number }> = {
  name: 'place',
  shape: ([x], { axis, size }) => x!.map((dim, at) => (at === axis ? size : dim)),
  gradient: ({ attributes: { axis, start, end } }, g) => [slice(g, { axis, start, end })],
  onnx(emit, [x], { attributes: { axis, start, end, size }, output }) {
    const rank = output.shape.length;
    const before = new Array<number>(rank).fill(0);
    const after = new Array<number>(rank).fill(0);
    before[axis] = start;
    after[axis] = size - end;
    return emit.node('Pad', [x!, emit.ints([...before, ...after])]);
  },
  tensorflow: (tf, [x], { attributes: { axis, start, end, size } }) =>
    tf.pad(
      x!,
      x!.shape.map((_, at) => (at === axis ? [start, size - end] : [0, 0])),
    ),
};

/** A tensor of zeros whose part `part` is x: the gradient of a slice. */
function place(x: Tensor, { axis, start, end }: Part, size: number): Tensor {
  return x.graph.apply(PLACE, [x], { axis, start, end, size });
}

/** The part of x from `start` up to, not including, `end` along a fixed axis. */
export function slice(
  x: Tensor,
  { axis, start, end }: { readonly axis: number; readonly start: number; readonly end: number },
): Tensor {
  const [at] = normalizeAxes([axis], x.shape.length);
  if (start === 0 && end === x.shape[at!]) return x;
  return x.graph.apply(SLICE, [x], { axis: at!, start, end });
}
