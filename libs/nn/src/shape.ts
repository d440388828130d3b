import { AppError } from '@attune/errors';

/** The size of one axis: fixed, or as many as the batch has. */
export type Dim = number | 'batch';

/** The sizes of all axes of a tensor, outermost first; a scalar has none. */
export type Shape = readonly Dim[];

/** A shape as people read it: `[batch, 64]`. */
export function describeShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Two shapes have the same axes. */
export function equalShapes(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** Numbers in a tensor of this shape when the batch has `batch` examples. */
export function sizeOf(shape: Shape, batch: number): number {
  return shape.reduce<number>((product, dim) => product * (dim === 'batch' ? batch : dim), 1);
}

/** The shape with numbers only. */
export function concreteShape(shape: Shape, batch: number): number[] {
  return shape.map((dim) => (dim === 'batch' ? batch : dim));
}

/** The shape of `a op b` where axes of size 1 and missing leading axes stretch. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const left = padRank(a, rank);
  const right = padRank(b, rank);
  return left.map((dim, axis) => {
    const other = right[axis]!;
    if (dim !== other && dim !== 1 && other !== 1) {
      throw new AppError('invalid.net', `shapes ${describeShape(a)} and ${describeShape(b)} do not go together`);
    }
    return dim === 1 ? other : dim;
  });
}

/** The shape with axes of size 1 in front, up to `rank` axes. */
export function padRank(shape: Shape, rank: number): Shape {
  return [...new Array<Dim>(rank - shape.length).fill(1), ...shape];
}

/** Axes as numbers from 0, where -1 means the last one; sorted, each once. */
export function normalizeAxes(axes: readonly number[], rank: number): number[] {
  const wrapped = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  for (const axis of wrapped) {
    if (!Number.isInteger(axis) || axis < 0 || axis >= rank) {
      throw new AppError('invalid.net', `axis ${axis} is not one of a tensor with ${rank} axes`);
    }
  }
  return [...new Set(wrapped)].sort((a, b) => a - b);
}
