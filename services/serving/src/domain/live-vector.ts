/** What a factorization says of a user of whom it knows nothing, and how much it makes of an observation. */
export interface UserPrior {
  readonly rank: number;
  /** [rank x rank], symmetric: `userCovariance` of `@attune/kernels`. */
  readonly covariance: Float32Array;
  /** What an observation of that strength (a like is 1) weighs in the model's objective, where a typical one weighs 1. */
  weightOf(strength: number): number;
}

/** What a user did with an item lately. */
export interface Deed {
  /** The number of the item. */
  readonly item: number;
  /** On the scale of a like; negative where it speaks against the item. */
  readonly strength: number;
  readonly atMs: number;
}

/** What a user is held to want or not to want, beyond what the model has learned of the user. */
export interface Observation {
  readonly item: number;
  /** Positive, on the scale of a like. */
  readonly strength: number;
  /** The score that the item should have: 1 for what the user chose, 0 for what the user turned down. */
  readonly target: 0 | 1;
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

/** The newest deeds count whether the model has learned them or not: what somebody is after now shows in them. */
const NEWEST = 10;
/** Older ones count where the model has not learned them; beyond so many they say little, and the cost grows with their square. */
const MOST_POSITIVE = 24;
const MOST_NEGATIVE = 8;

/** A hide, on the scale of a like. */
const HIDE_STRENGTH = 2;

/** What a user did, as it is kept. */
export interface Deeds {
  /** Newest first. */
  readonly recents: readonly Deed[];
  /** What the user spoke against, newest first. */
  readonly rejected: readonly Deed[];
  readonly hidden: ReadonlySet<number>;
}

/**
 * What counts beside what the model learned until `sinceMs`: the newest deeds, and those that it does not know. Of an item the latest
 * deed decides: what was hidden or turned down after it was liked is not liked any more. What is hidden counts whenever it was hidden,
 * because the model may have learned that it was liked. The same deeds give the same observations, however often they were delivered.
 */
export function observationsFrom({ recents, rejected, hidden }: Deeds, sinceMs: number): Observation[] {
  const against = new Map<number, Deed>();
  for (const deed of rejected) if (!against.has(deed.item)) against.set(deed.item, deed);
  const positive = new Map<number, number>();
  for (const { item, strength, atMs } of recents) {
    if (!(strength > 0) || hidden.has(item) || (against.get(item)?.atMs ?? Number.NEGATIVE_INFINITY) >= atMs) continue;
    const counts = positive.has(item) || positive.size < NEWEST || (positive.size < MOST_POSITIVE && atMs > sinceMs);
    if (counts) positive.set(item, (positive.get(item) ?? 0) + strength);
  }
  const negative = new Map<number, number>();
  for (const { item, strength } of against.values()) {
    if (negative.size < MOST_NEGATIVE && strength < 0 && !positive.has(item)) negative.set(item, -strength);
  }
  for (const item of hidden) {
    if (negative.size === MOST_NEGATIVE + MOST_POSITIVE) break;
    if (!negative.has(item)) negative.set(item, HIDE_STRENGTH);
  }
  return [
    ...Array.from(positive, ([item, strength]) => ({ item, strength, target: 1 as const })),
    ...Array.from(negative, ([item, strength]) => ({ item, strength, target: 0 as const })),
  ];
}

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
