import gammaln from '@stdlib/math-base-special-gammaln';
import { checkCounts } from './sample-ratio-test';

/** How sure the Dirichlet prior is of the expected shares, in units seen; 1,000 finds losses of some percent soonest. */
export const SAMPLE_RATIO_CONCENTRATION = 1_000;

/** What the counts so far say; both hold at every look, however often one looks. */
export interface SequentialSampleRatio {
  /** How much likelier the counts are under some other shares than under the expected ones. */
  readonly bayesFactor: number;
  /** min(1, 1 / Bayes factor): at most alpha with a chance of at most alpha over all looks. The running minimum over looks holds as well. */
  readonly pValue: number;
}

/**
 * The anytime-valid test of a sample ratio (Lindon and Malek 2022, eq. 3-6): the multinomial likelihood with a Dirichlet prior around the
 * expected shares over that with the expected shares. Only the counts of now are needed. counts, expectedShares: [variants].
 */
export function sequentialSampleRatio(
  counts: readonly number[],
  expectedShares: readonly number[],
  concentration = SAMPLE_RATIO_CONCENTRATION,
): SequentialSampleRatio {
  checkCounts(counts, expectedShares);
  const total = counts.reduce((sum, count) => sum + count, 0);
  let logFactor = -logRising(concentration, total);
  for (const [at, count] of counts.entries()) {
    const share = expectedShares[at]!;
    logFactor += logRising(concentration * share, count) - count * Math.log(share);
  }
  return { bayesFactor: Math.exp(logFactor), pValue: Math.min(1, Math.exp(-logFactor)) };
}

/** ln of gamma(from + by) / gamma(from). */
function logRising(from: number, by: number): number {
  return gammaln(from + by) - gammaln(from);
}
