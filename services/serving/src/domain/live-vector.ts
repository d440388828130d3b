import type { Observation } from './observations';

/** What a factorization says of a user of whom it knows nothing, and how much it makes of an observation. */
export interface UserPrior {
  readonly rank: number;
  /** [rank x rank], symmetric: `userCovariance` of `@attune/kernels`. */
  readonly covariance: Float32Array;
  /** What an observation of that strength (a like is 1) weighs in the model's objective, where a typical one weighs 1. */
  weightOf(strength: number): number;
}

/** An item that was observed, in the space of the model. */
export interface PlacedObservation extends Omit<Observation, 'item'> {
  /** [rank]: the item's vector. */
  readonly item: Float32Array;
  /** [rank]: `direction` of it. */
  readonly direction: Float32Array;
}

/**
 * How much more a deed of this moment weighs than one of a training. What somebody does now says more of what they do next than what
 * they did months ago: with 1 the vector is nearly the one that folding in everything would find, with 4 it predicts more of what comes next.
 * docs/models/als.md has the measurements, `node bench/live-vector.bench.ts` makes them.
 */
export const EMPHASIS = 4;

/** Where the score of an item pulls a user: covariance times the item's vector. [rank] */
export function direction({ covariance, rank }: UserPrior, item: Float32Array): Float32Array {
  const pulled = new Float32Array(rank);
  for (let row = 0; row < rank; row++) pulled[row] = dotAt(covariance, row * rank, item, rank);
  return pulled;
}

/**
 * The user's vector [rank] after what was observed: x minimizes (x - known)^T covariance^-1 (x - known) + sum of w (x . y - target)^2,
 * in closed form x = known + Z (W^-1 + Y Z)^-1 (target - Y known), with the items' vectors as the rows of Y and their directions as the
 * columns of Z. Of a user whom the model does not know (`known` undefined) that is the fold-in of iALS; of one whom it knows, a step
 * of recursive least squares. It stays in the space of the model, since it adds directions of its items, and what is learned already
 * moves nothing: the observation's error is what pulls. Observations of rejected items whose score is not above 0 are passed over.
 */
export function liveVector(
  prior: UserPrior,
  known: Float32Array | undefined,
  observations: readonly PlacedObservation[],
): Float32Array {
  const { rank } = prior;
  const start = known ?? new Float32Array(rank);
  const scores = observations.map(({ item }) => dotAt(start, 0, item, rank));
  const chosen = observations.flatMap((one, at) => {
    const error = one.target - scores[at]!;
    return one.target === 1 || error < 0 ? [{ ...one, error }] : [];
  });
  const count = chosen.length;
  const vector = Float32Array.from(start);
  if (count === 0) return vector;
  const system = new Float64Array(count * count);
  for (const [row, { item, strength }] of chosen.entries()) {
    for (let column = 0; column <= row; column++) {
      system[row * count + column] = dotAt(item, 0, chosen[column]!.direction, rank);
    }
    system[row * count + row]! += 1 / (EMPHASIS * prior.weightOf(strength));
  }
  const pulls = solved(
    system,
    Float64Array.from(chosen, ({ error }) => error),
    count,
  );
  for (const [at, { direction: pulled }] of chosen.entries()) {
    for (let c = 0; c < rank; c++) vector[c]! += pulls[at]! * pulled[c]!;
  }
  return vector;
}

/** The solution of a symmetric positive definite system by Cholesky; the lower triangle of `matrix` becomes its factor. */
function solved(matrix: Float64Array, right: Float64Array, size: number): Float64Array {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column]!;
      for (let k = 0; k < column; k++) sum -= matrix[row * size + k]! * matrix[column * size + k]!;
      matrix[row * size + column] = row === column ? Math.sqrt(sum) : sum / matrix[column * size + column]!;
    }
  }
  const x = Float64Array.from(right);
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < row; k++) x[row]! -= matrix[row * size + k]! * x[k]!;
    x[row]! /= matrix[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) x[row]! -= matrix[k * size + row]! * x[k]!;
    x[row]! /= matrix[row * size + row]!;
  }
  return x;
}

// Four sums at once: one alone waits for each addition. The rank of a model is a multiple of four; tests have smaller ones.
function dotAt(table: Float32Array, at: number, vector: Float32Array, rank: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let k = 0;
  for (; k + 3 < rank; k += 4) {
    a += table[at + k]! * vector[k]!;
    b += table[at + k + 1]! * vector[k + 1]!;
    c += table[at + k + 2]! * vector[k + 2]!;
    d += table[at + k + 3]! * vector[k + 3]!;
  }
  for (; k < rank; k++) a += table[at + k]! * vector[k]!;
  return a + b + (c + d);
}
