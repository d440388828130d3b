import type { Column } from './column';
import type { RatingSide } from './rating-data';

/** What an update of one column needs; `residuals`, the column and the scratch are changed in place. */
export interface ColumnUpdate {
  readonly column: Column;
  /** The same dimension of the other side, held fixed. */
  readonly other: Column;
  readonly side: RatingSide;
  readonly otherSide: RatingSide;
  /** [n], by user: rating minus prediction at the means. */
  readonly residuals: Float64Array;
  /** 1 / variance of a rating around its prediction. */
  readonly noisePrecision: number;
  readonly scratch: UpdateScratch;
}

/** [rowCount] each: curvature and gradient of the expected squared error by a row's number, and the number before the update. */
export interface UpdateScratch {
  readonly curvature: Float64Array;
  readonly gradient: Float64Array;
  readonly before: Float32Array;
}

/** Room for the updates of one side. */
export function updateScratch(rowCount: number): UpdateScratch {
  return {
    curvature: new Float64Array(rowCount),
    gradient: new Float64Array(rowCount),
    before: new Float32Array(rowCount),
  };
}

// A prior's hyperprior: as if two rows had been seen, of this squared length together.
const PRIOR_ROWS = 2;
const PRIOR_SQUARE = 0.02;

/**
 * One step of coordinate ascent on the evidence lower bound, for all numbers of one column: each mean and variance exactly, given
 * the others, then the priors. O(ratings). Returns the expected squared deviation that the uncertainty of this dimension adds to
 * the predictions of all ratings.
 */
export function updateColumn(update: ColumnUpdate): number {
  const { column, scratch } = update;
  scratch.before.set(column.total);
  updateOwn(update);
  if (column.implicit.length > 0) updateImplicit(update);
  return settle(update);
}

function updateOwn({ column, other, side, residuals, noisePrecision, scratch }: ColumnUpdate): void {
  const { rowCount, offsets, others, entries } = side;
  const { own, ownVariance, total, ownMean, ownPrecision } = column;
  const { total: f, totalVariance: fVariance } = other;
  const { curvature, gradient } = scratch;
  let sum = 0;
  let square = 0;
  for (let row = 0; row < rowCount; row++) {
    let [squares, pull, variances] = [0, 0, 0];
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
      const partner = others[at]!;
      const [x, variance] = [f[partner]!, fVariance[partner]!];
      squares += x * x + variance;
      variances += variance;
      pull += residuals[entries[at]!]! * x;
    }
    const bend = noisePrecision * squares;
    const slope = noisePrecision * (pull - total[row]! * variances);
    const precision = ownPrecision + bend;
    const before = own[row]!;
    own[row] = (bend * before + slope + ownPrecision * ownMean) / precision;
    ownVariance[row] = 1 / precision;
    const moved = own[row]! - before;
    total[row]! += moved;
    curvature[row] = bend;
    gradient[row] = slope - bend * moved;
    sum += own[row]!;
    square += own[row]! ** 2 + 1 / precision;
  }
  column.ownMean = sum / (rowCount + PRIOR_ROWS);
  const spread = square - 2 * column.ownMean * sum + rowCount * column.ownMean ** 2;
  column.ownPrecision = (rowCount + PRIOR_ROWS) / (spread + PRIOR_SQUARE);
}

function updateImplicit({ column, side, otherSide, scratch }: ColumnUpdate): void {
  const { implicit, implicitVariance, implicitPrecision } = column;
  const { curvature, gradient } = scratch;
  const { rowCount, offsets, others } = otherSide;
  const { scales } = side;
  let square = 0;
  for (let partner = 0; partner < rowCount; partner++) {
    let [bend, slope] = [0, 0];
    for (let at = offsets[partner]!; at < offsets[partner + 1]!; at++) {
      const row = others[at]!;
      const scale = scales[row]!;
      bend += curvature[row]! * scale * scale;
      slope += gradient[row]! * scale;
    }
    const precision = implicitPrecision + bend;
    const before = implicit[partner]!;
    implicit[partner] = (bend * before + slope) / precision;
    implicitVariance[partner] = 1 / precision;
    square += implicit[partner]! ** 2 + 1 / precision;
    const moved = implicit[partner]! - before;
    for (let at = offsets[partner]!; at < offsets[partner + 1]!; at++) {
      const row = others[at]!;
      gradient[row]! -= curvature[row]! * moved * scales[row]!;
    }
  }
  column.implicitPrecision = (rowCount + PRIOR_ROWS) / (square + PRIOR_SQUARE);
}

/** Brings totals and residuals up to date. */
function settle({ column, other, side, residuals, noisePrecision, scratch }: ColumnUpdate): number {
  const { rowCount, offsets, others, entries } = side;
  const { total: f, totalVariance: fVariance } = other;
  let uncertainty = 0;
  sumUp(column, side);
  for (let row = 0; row < rowCount; row++) {
    const value = column.total[row]!;
    const moved = value - scratch.before[row]!;
    let variances = 0;
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
      const partner = others[at]!;
      residuals[entries[at]!]! -= moved * f[partner]!;
      variances += fVariance[partner]!;
    }
    uncertainty += (column.totalVariance[row]! * scratch.curvature[row]!) / noisePrecision + value * value * variances;
  }
  return uncertainty;
}

/** Writes mean and variance of the rows' numbers from their parts. */
export function sumUp(
  { own, ownVariance, implicit, implicitVariance, total, totalVariance }: Column,
  side: RatingSide,
): void {
  const { rowCount, offsets, others, scales } = side;
  const hasImplicit = implicit.length > 0;
  for (let row = 0; row < rowCount; row++) {
    let [sum, variances] = [0, 0];
    for (let at = offsets[row]!; hasImplicit && at < offsets[row + 1]!; at++) {
      sum += implicit[others[at]!]!;
      variances += implicitVariance[others[at]!]!;
    }
    const scale = scales[row]!;
    total[row] = own[row]! + scale * sum;
    totalVariance[row] = ownVariance[row]! + scale * scale * variances;
  }
}
