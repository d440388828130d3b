import { AppError } from '@attune/errors';
import type { Estimate } from './estimate';
import type { PairMoments } from './pair-moments';

/**
 * A ratio of totals, such as clicks per impression, clustered by unit (delta method; Deng, Knoblich and Lu 2018, eq. 6). Each pair is one
 * unit: x its part of the denominator, y of the numerator. Throws `failed_precondition.no_denominator` where the denominator's mean is 0.
 */
export function ratioMoments(pairs: PairMoments): Estimate {
  const { count, meanX, meanY, varianceX, varianceY, covariance } = pairs;
  if (!(Math.abs(meanX) > 0)) {
    throw new AppError(
      'failed_precondition.no_denominator',
      'the denominator of the ratio adds up to 0; wait for data',
    );
  }
  const ratio = meanY / meanX;
  // of y - ratio x, whose mean is 0
  const variance = varianceY - 2 * ratio * covariance + ratio * ratio * varianceX;
  return { count, mean: ratio, standardError: Math.sqrt(Math.max(0, variance) / count) / Math.abs(meanX) };
}
