/** Count, mean and central sums of the second and third power, which add up without cancelling (Pebay 2008). */
export interface PowerSums {
  readonly count: number;
  readonly mean: number;
  /** The sum of (x - mean)^2. */
  readonly squares: number;
  /** The sum of (x - mean)^3. */
  readonly cubes: number;
}

/** No values yet. */
export const NO_SUMS: PowerSums = { count: 0, mean: 0, squares: 0, cubes: 0 };

/** The sums of both samples together. */
export function mergeSums(one: PowerSums, other: PowerSums): PowerSums {
  if (one.count === 0) return other;
  if (other.count === 0) return one;
  const [a, b] = [one.count, other.count];
  const count = a + b;
  const off = other.mean - one.mean;
  const perCount = off / count;
  return {
    count,
    mean: one.mean + perCount * b,
    squares: one.squares + other.squares + off * perCount * a * b,
    cubes:
      one.cubes +
      other.cubes +
      off * perCount * perCount * a * b * (a - b) +
      3 * perCount * (a * other.squares - b * one.squares),
  };
}
