/**
 * What a metric is made of, user by user: its value over any set of users is `finish(sum of numerator / sum of denominator)`.
 * A mean over users has 1 as denominator where it is defined for a user and 0 (with numerator 0) where it is not.
 */
export interface Observation {
  readonly name: string;
  /** [users] */
  readonly numerator: Float64Array;
  /** [users] */
  readonly denominator: Float64Array;
  readonly finish: Finish;
}

/** What is done with the ratio of sums: nothing, a square root (RMSE), or minus one (a relative difference). */
export type Finish = 'ratio' | 'root' | 'excess';

/** Observations of the same users. */
export interface ObservationTable {
  /** [users]: indices of the data set, ascending. */
  readonly users: Int32Array;
  readonly observations: readonly Observation[];
}

/** The value of a metric from its sums; NaN where no user defines it. */
export function finished(numerator: number, denominator: number, finish: Finish): number {
  if (denominator === 0) return Number.NaN;
  const ratio = numerator / denominator;
  switch (finish) {
    case 'ratio':
      return ratio;
    case 'root':
      return Math.sqrt(ratio);
    case 'excess':
      return ratio - 1;
    default:
      throw new TypeError(finish satisfies never);
  }
}

/** The value over all users. */
export function overallValue({ numerator, denominator, finish }: Observation): number {
  return finished(sumOf(numerator), sumOf(denominator), finish);
}

/** The same observations of some users only, by their place in the table. */
export function selectUsers(table: ObservationTable, places: Int32Array): ObservationTable {
  const pick = (column: Float64Array) => Float64Array.from(places, (place) => column[place]!);
  return {
    users: Int32Array.from(places, (place) => table.users[place]!),
    observations: table.observations.map((observation) => ({
      ...observation,
      numerator: pick(observation.numerator),
      denominator: pick(observation.denominator),
    })),
  };
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
