import { AppError } from '@attune/errors';
import type { Posterior } from './refinement';

/** The item side of a posterior as dense rows, ready to place users that the training did not see. */
export interface FoldInTables {
  /** Dimensions that a user has a number in. */
  readonly width: number;
  /** [itemCount x width]: mean and variance of the items' numbers. */
  readonly items: Float32Array;
  readonly itemVariances: Float32Array;
  /** [itemCount]: what is known of a rating before the user is, standardized. */
  readonly itemBiases: Float32Array;
  /** [itemCount x width]: what having rated an item adds, before division by the root of the history's length. */
  readonly implicit: Float32Array;
  /** [width]: the prior of a user's own numbers. */
  readonly means: Float64Array;
  readonly precisions: Float64Array;
  readonly noisePrecision: number;
}

/** Gathers what fold-in needs. */
export function foldInTables({ dimensions, noisePrecision }: Posterior): FoldInTables {
  const open = dimensions.filter(({ users }) => !users.isFixed);
  const itemCount = dimensions[0]!.items.total.length;
  const rows = (read: (k: number, item: number) => number) =>
    Float32Array.from({ length: itemCount * open.length }, (_, at) =>
      read(at % open.length, Math.floor(at / open.length)),
    );
  return {
    width: open.length,
    items: rows((k, item) => open[k]!.items.total[item]!),
    itemVariances: rows((k, item) => open[k]!.items.totalVariance[item]!),
    itemBiases: dimensions.find(({ users }) => users.isFixed)!.items.total,
    implicit: rows((k, item) => open[k]!.users.implicit[item] ?? 0),
    means: Float64Array.from(open, ({ users }) => users.ownMean),
    precisions: Float64Array.from(open, ({ users }) => users.ownPrecision),
    noisePrecision,
  };
}

/**
 * The numbers [width] that coordinate ascent would settle at for a user with these standardized ratings, the items held fixed: with
 * f the items' means, V their variances and y the implicit part, p solves
 * (tau sum (f f^T + diag V) + diag a) p = tau sum f (r - c - f.y) - tau (sum V) y + a m, and the user is p + y.
 */
export function foldIn(tables: FoldInTables, items: Int32Array, ratings: Float32Array): Float64Array {
  const { width, implicit, itemBiases, means, precisions, noisePrecision: tau } = tables;
  const y = new Float64Array(width);
  for (const item of items) for (let k = 0; k < width; k++) y[k]! += implicit[item * width + k]!;
  for (let k = 0; k < width; k++) y[k]! /= Math.sqrt(Math.max(1, items.length));
  const matrix = new Float64Array(width * width);
  const right = precisions.map((precision, k) => precision * means[k]!);
  for (let k = 0; k < width; k++) matrix[k * width + k] = precisions[k]!;
  items.forEach((item, e) => {
    const from = item * width;
    const f = tables.items.subarray(from, from + width);
    const rest = ratings[e]! - itemBiases[item]! - f.reduce((sum, x, k) => sum + x * y[k]!, 0);
    for (let a = 0; a < width; a++) {
      const variance = tables.itemVariances[from + a]!;
      right[a]! += tau * (f[a]! * rest - variance * y[a]!);
      matrix[a * width + a]! += tau * variance;
      for (let b = 0; b <= a; b++) matrix[a * width + b]! += tau * f[a]! * f[b]!;
    }
  });
  return solve(matrix, right, width).map((x, k) => x + y[k]!);
}

/** Solves a symmetric positive definite system of which the lower triangle is given, by Cholesky, in place of `x`. */
function solve(a: Float64Array, x: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      if (i !== j) a[i * n + j] = sum / a[j * n + j]!;
      else if (sum > 0) a[i * n + i] = Math.sqrt(sum);
      else throw new AppError('internal.diverged', 'the equations of the user have no finite solution');
    }
    for (let k = 0; k < i; k++) x[i]! -= a[i * n + k]! * x[k]!;
    x[i]! /= a[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= a[k * n + i]! * x[k]!;
    x[i]! /= a[i * n + i]!;
  }
  return x;
}
