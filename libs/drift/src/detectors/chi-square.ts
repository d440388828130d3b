import { chiSquareTail } from '@attune/statistics';

/** Pearson's test of two samples of categories. */
export interface ChiSquare {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
  /** sqrt(statistic / rows), 0 to 1: how much it says of a row's category to know which sample it is from. */
  readonly cramersV: number;
}

/**
 * Pearson's chi-square of a table with one row per sample, without a continuity correction; equal to SciPy's `chi2_contingency` with
 * `correction=False`. Categories that neither sample has must be left out.
 */
export function chiSquare(reference: readonly number[], current: readonly number[]): ChiSquare {
  const ofReference = reference.reduce((sum, count) => sum + count, 0);
  const ofCurrent = current.reduce((sum, count) => sum + count, 0);
  const all = ofReference + ofCurrent;
  let statistic = 0;
  for (let at = 0; at < reference.length; at++) {
    const both = reference[at]! + current[at]!;
    const [expectedReference, expectedCurrent] = [(both * ofReference) / all, (both * ofCurrent) / all];
    statistic += (reference[at]! - expectedReference) ** 2 / expectedReference;
    statistic += (current[at]! - expectedCurrent) ** 2 / expectedCurrent;
  }
  const degreesOfFreedom = reference.length - 1;
  const pValue = degreesOfFreedom < 1 ? 1 : chiSquareTail(statistic, degreesOfFreedom);
  return { statistic, degreesOfFreedom, pValue, cramersV: all === 0 ? 0 : Math.sqrt(statistic / all) };
}
