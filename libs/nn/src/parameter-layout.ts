import type { Net } from './net';
import { type Shape, sizeOf } from './shape';
import type { Tensor } from './tensor';

/** Where one tensor lies in a row of many. */
export interface Place {
  readonly name: string;
  readonly tensor: Tensor;
  readonly shape: Shape;
  readonly start: number;
  readonly end: number;
}

/** Tensors of fixed size one after the other in one row, so that an optimizer moves them all at once. */
export interface RowLayout {
  readonly places: readonly Place[];
  readonly size: number;
}

/** The parameters of a net in one row; those that decay come first. */
export interface ParameterLayout extends RowLayout {
  /** How many of the values decay. */
  readonly decaying: number;
}

/** Puts tensors into a row. */
function layOut(tensors: Iterable<readonly [string, Tensor]>): RowLayout {
  let end = 0;
  const places = [...tensors].map(([name, tensor]) => {
    const start = end;
    end += sizeOf(tensor.shape, 1);
    return { name, tensor, shape: tensor.shape, start, end };
  });
  return { places, size: end };
}

/** Where a net's parameters lie. */
export function layOutParameters(net: Net): ParameterLayout {
  const all = [...net.parameters];
  const decays = ([, { origin }]: readonly [string, Tensor]) => origin.kind === 'parameter' && origin.decays;
  const first = layOut(all.filter(decays));
  return { ...layOut([...all.filter(decays), ...all.filter((entry) => !decays(entry))]), decaying: first.size };
}

/** Where the running statistics lie. */
export function layOutStatistics(net: Net): RowLayout {
  return layOut(net.statistics.map(({ kept }) => [(kept.origin as { name: string }).name, kept] as const));
}
