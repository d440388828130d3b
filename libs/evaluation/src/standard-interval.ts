/** The standard normal quantile that leaves 2.5 % above it. */
const Z_95 = 1.959963984540054;

/**
 * The value with 1.96 bootstrap standard errors to either side, inside `bounds` (Efron and Tibshirani 1993, section 13.1). For
 * metrics that resampling shifts, whose percentiles would not contain them.
 */
export function standardInterval(
  value: number,
  resampled: Float64Array,
  bounds: readonly [low: number, high: number],
): { readonly low: number; readonly high: number } {
  const mean = resampled.reduce((sum, x) => sum + x, 0) / resampled.length;
  const variance = resampled.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, resampled.length - 1);
  const margin = Z_95 * Math.sqrt(variance);
  return { low: Math.max(bounds[0], value - margin), high: Math.min(bounds[1], value + margin) };
}
