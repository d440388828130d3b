import { checkConfidence } from './compare-estimates';
import { normalCritical } from './distributions/normal';
import { studentCritical } from './distributions/student-t';
import type { Estimate } from './estimate';
import type { Proportion } from './proportion-test';

/** From where to where a value may lie. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Student's interval of one estimate, with count - 1 degrees of freedom. */
export function estimateInterval({ count, mean, standardError }: Estimate, confidence = 0.95): Interval {
  checkConfidence(confidence);
  const reach = count < 2 ? Number.POSITIVE_INFINITY : studentCritical((1 - confidence) / 2, count - 1) * standardError;
  return { low: mean - reach, high: mean + reach };
}

/** Wilson's interval of one share (Wilson 1927), which holds for small samples and shares near 0 and 1. */
export function proportionInterval({ successes, count }: Proportion, confidence = 0.95): Interval {
  checkConfidence(confidence);
  const square = normalCritical((1 - confidence) / 2) ** 2;
  const share = successes / count;
  const middle = (share + square / (2 * count)) / (1 + square / count);
  const reach = Math.sqrt(square * ((share * (1 - share)) / count + square / (4 * count ** 2))) / (1 + square / count);
  return { low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}
