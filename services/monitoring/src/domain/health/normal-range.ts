/** What is normal for a number, by what it was in the hours before. */
export interface NormalRange {
  readonly low: number;
  readonly high: number;
}

/** Fewer hours say nothing about what is normal. */
const LEAST_HOURS = 6;
const DEVIATIONS = 3;
/** Makes the median absolute deviation of a normal distribution its standard deviation. */
const MAD_SCALE = 1.4826;

/**
 * Median +- 3 robust standard deviations (1.4826 times the median absolute deviation) of the values of single hours: a few hours that
 * were out of the ordinary do not widen it. Undefined with fewer than 6 hours.
 */
export function normalRange(hours: readonly number[]): NormalRange | undefined {
  if (hours.length < LEAST_HOURS) return undefined;
  const middle = median(hours);
  const spread = DEVIATIONS * MAD_SCALE * median(hours.map((value) => Math.abs(value - middle)));
  return { low: middle - spread, high: middle + spread };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return Number.isInteger(half) ? (sorted[half - 1]! + sorted[half]!) / 2 : sorted[Math.floor(half)]!;
}
