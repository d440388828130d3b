import { AppError } from '@attune/errors';

/** What the tests need of a sample. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Unbiased: the squared deviations over count - 1; 0 for fewer than two values. */
  readonly variance: number;
}

/** No values yet. */
export const NO_MOMENTS: Moments = { count: 0, mean: 0, variance: 0 };

/** The moments of values, in one pass (Welford 1962), which does not cancel where the mean is large. */
export function momentsOf(values: Iterable<number>): Moments {
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (const value of values) {
    count++;
    const off = value - mean;
    mean += off / count;
    squares += off * (value - mean);
  }
  return { count, mean, variance: count > 1 ? squares / (count - 1) : 0 };
}

/** The moments of both samples together (Chan, Golub and LeVeque 1983). */
export function mergeMoments(one: Moments, other: Moments): Moments {
  if (one.count === 0) return other;
  if (other.count === 0) return one;
  const count = one.count + other.count;
  const off = other.mean - one.mean;
  const squares =
    one.variance * (one.count - 1) + other.variance * (other.count - 1) + (off * off * one.count * other.count) / count;
  return { count, mean: one.mean + (off * other.count) / count, variance: squares / (count - 1) };
}

/** The moments of `successes` ones among `count` zeros and ones. */
export function momentsOfProportion(successes: number, count: number): Moments {
  const mean = count === 0 ? 0 : successes / count;
  return { count, mean, variance: count > 1 ? (count * mean * (1 - mean)) / (count - 1) : 0 };
}

/** Throws `invalid.sample` unless there are two values at least, and finite ones. `name` is what the sample is called in the sentence. */
export function checkMoments(name: string, { count, mean, variance }: Moments): void {
  if (!(count >= 2)) {
    throw new AppError('invalid.sample', `${name} has ${count} values; a comparison needs two in each variant`);
  }
  if (!(Number.isFinite(mean) && Number.isFinite(variance) && variance >= 0)) {
    throw new AppError(
      'invalid.sample',
      `${name} has a mean or variance that is not finite; drop what is not a number`,
    );
  }
}
