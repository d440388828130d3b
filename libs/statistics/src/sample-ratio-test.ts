import { AppError } from '@attune/errors';
import { chiSquareTail } from './distributions/chi-square';

/** Whether the variants have as many units as they should. */
export interface SampleRatioTest {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
}

/**
 * Pearson's chi-square test of the counts per variant against the shares that they should have (R's chisq.test). For one look at the end;
 * `sequentialSampleRatio` holds at every look. counts, expectedShares: [variants]. Throws `invalid.shares`, `invalid.counts`.
 */
export function sampleRatioTest(counts: readonly number[], expectedShares: readonly number[]): SampleRatioTest {
  checkCounts(counts, expectedShares);
  const total = counts.reduce((sum, count) => sum + count, 0);
  let statistic = 0;
  for (const [at, count] of counts.entries()) {
    const expected = total * expectedShares[at]!;
    if (total > 0) statistic += (count - expected) ** 2 / expected;
  }
  const degreesOfFreedom = counts.length - 1;
  return { statistic, degreesOfFreedom, pValue: chiSquareTail(statistic, degreesOfFreedom) };
}

/** Throws unless there is a count and a share above 0 for each of two variants at least, and the shares add up to 1. */
export function checkCounts(counts: readonly number[], expectedShares: readonly number[]): void {
  if (counts.length < 2 || counts.length !== expectedShares.length) {
    throw new AppError(
      'invalid.shares',
      `${counts.length} counts and ${expectedShares.length} shares: give one each for two variants or more`,
    );
  }
  const sum = expectedShares.reduce((total, share) => total + share, 0);
  if (!(expectedShares.every((share) => share > 0) && Math.abs(sum - 1) < 1e-6)) {
    throw new AppError(
      'invalid.shares',
      `shares must be above 0 and add up to 1, not ${expectedShares.join(' + ')} = ${sum}`,
    );
  }
  if (!counts.every((count) => Number.isFinite(count) && count >= 0)) {
    throw new AppError('invalid.counts', `counts must be numbers from 0, not ${counts.join(', ')}`);
  }
}
