import { AppError } from '@attune/errors';
import { type SampleRatioTest, sampleRatioTest } from './sample-ratio-test';
import { type SequentialSampleRatio, sequentialSampleRatio } from './sequential-sample-ratio';

/**
 * Below this p value a sample ratio is refused: one healthy experiment of a hundred is withheld, and 2 % of all units, lost from one of two
 * variants, are found among 100,000 (docs/statistics.md tells how often).
 */
export const SAMPLE_RATIO_THRESHOLD = 0.01;

/** Both tests of a sample ratio, and what follows. */
export interface SampleRatioCheck {
  readonly fixed: SampleRatioTest;
  readonly sequential: SequentialSampleRatio;
  readonly threshold: number;
  readonly isSound: boolean;
  /** Why results are withheld; absent where the ratio is sound. */
  readonly reason?: string;
}

/** How a sample ratio is judged. */
export interface SampleRatioOptions {
  readonly threshold?: number;
  /** `once`: by the chi-square test, for one look. `at_every_look`: by the anytime-valid test, for whoever looks again and again. */
  readonly looks?: 'once' | 'at_every_look';
}

/** Judges whether the variants have the units that they should. counts, expectedShares: [variants], in the order of `names`. */
export function checkSampleRatio(
  names: readonly string[],
  counts: readonly number[],
  expectedShares: readonly number[],
  { threshold = SAMPLE_RATIO_THRESHOLD, looks = 'once' }: SampleRatioOptions = {},
): SampleRatioCheck {
  if (!(threshold > 0 && threshold < 1)) {
    throw new AppError('invalid.threshold', `a threshold of ${threshold} for p values is not between 0 and 1`);
  }
  const fixed = sampleRatioTest(counts, expectedShares);
  const sequential = sequentialSampleRatio(counts, expectedShares);
  const pValue = looks === 'once' ? fixed.pValue : sequential.pValue;
  const known = { fixed, sequential, threshold };
  if (pValue >= threshold) return { ...known, isSound: true };
  const total = counts.reduce((sum, count) => sum + count, 0);
  const parts = names.map(
    (name, at) => `${name} has ${counts[at]} units where ${Math.round(total * expectedShares[at]!)} are due`,
  );
  return {
    ...known,
    isSound: false,
    reason: `${parts.join(', ')} (p = ${pValue.toPrecision(2)}): units are lost or assigned wrongly, so that the variants are not alike; find the cause first`,
  };
}
