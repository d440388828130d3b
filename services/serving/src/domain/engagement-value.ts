/** Keeps certainty finite. */
const LEAST_SHARE = 1e-9;

/** What is expected of items: [n] each. */
export interface ExpectedValues {
  /** From 0, nothing, to the sum of all values; NaN where a probability is none. */
  readonly values: Float64Array;
  /** The sum of the values of the labels that the model answers. */
  readonly most: number;
}

/**
 * What it is worth on average to show each item: the sum over labels of probability times value, in the value of a like. `probabilities`
 * is [n x labels]; labels without a value count nothing. Undefined where no label has one.
 */
export function expectedValues(
  probabilities: Float32Array,
  labels: readonly string[],
  worth: Readonly<Record<string, number>>,
): ExpectedValues | undefined {
  const worths = labels.map((label) => worth[label] ?? 0);
  const most = worths.reduce((sum, value) => sum + value, 0);
  if (!(most > 0)) return undefined;
  const values = new Float64Array(probabilities.length / labels.length);
  for (let row = 0; row < values.length; row++) {
    let sum = 0;
    for (let label = 0; label < worths.length; label++) {
      if (worths[label]! !== 0) sum += worths[label]! * probabilities[row * worths.length + label]!;
    }
    values[row] = sum;
  }
  return { values, most };
}

/**
 * [n]: the log-odds ln(v / (most - v)) of expected values. Chances of engagement are small and close to each other; on this scale a
 * chance that is twice another is as far from it wherever both are.
 */
export function logOddsOf({ values, most }: ExpectedValues): Float64Array {
  return values.map((value) => {
    const share = Math.min(1 - LEAST_SHARE, Math.max(LEAST_SHARE, value / most));
    return Math.log(share / (1 - share));
  });
}
