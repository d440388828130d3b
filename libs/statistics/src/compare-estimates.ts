import { AppError } from '@attune/errors';
import { studentCritical, studentTail } from './distributions/student-t';
import type { Estimate } from './estimate';

/** Which differences of treatment - control speak against "no difference". */
export type Alternative = 'two_sided' | 'greater' | 'less';

/** How a comparison is made. */
export interface ComparisonOptions {
  /** The coverage of the interval, in (0, 1); 0.95 unless named. */
  readonly confidence?: number;
  readonly alternative?: Alternative;
}

/** Two variants beside each other. All differences are treatment - control. */
export interface Comparison {
  readonly difference: number;
  /** The interval of the difference; a one-sided one reaches to -Infinity or Infinity. */
  readonly low: number;
  readonly high: number;
  readonly t: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
  readonly standardError: number;
}

/**
 * Welch's t test of two independent estimates (Welch 1947): the degrees of freedom are Satterthwaite's, by the estimates' standard
 * errors and counts. Differences are treatment - control. Throws `invalid.sample` where a count is below 2, and
 * `failed_precondition.no_variation` where neither estimate has a standard error above 0.
 */
export function compareEstimates(control: Estimate, treatment: Estimate, options: ComparisonOptions = {}): Comparison {
  for (const { count, mean, standardError } of [control, treatment]) {
    if (!(count >= 2)) throw new AppError('invalid.sample', `a variant has ${count} units; a comparison needs two`);
    if (!(Number.isFinite(mean) && Number.isFinite(standardError))) {
      throw new AppError('invalid.sample', 'a variant has a mean or standard error that is not finite');
    }
  }
  const [squareC, squareT] = [control.standardError ** 2, treatment.standardError ** 2];
  const square = squareC + squareT;
  const degreesOfFreedom = square ** 2 / (squareC ** 2 / (control.count - 1) + squareT ** 2 / (treatment.count - 1));
  return comparisonOf(treatment.mean - control.mean, Math.sqrt(square), degreesOfFreedom, options);
}

/** The t test of a difference whose standard error and degrees of freedom are known. */
export function comparisonOf(
  difference: number,
  standardError: number,
  degreesOfFreedom: number,
  { confidence = 0.95, alternative = 'two_sided' }: ComparisonOptions,
): Comparison {
  checkConfidence(confidence);
  if (!(standardError > 0)) {
    throw new AppError(
      'failed_precondition.no_variation',
      'the values do not vary in either variant, so that a difference cannot be told from chance; wait for more data',
    );
  }
  const t = difference / standardError;
  const tail = alternative === 'two_sided' ? (1 - confidence) / 2 : 1 - confidence;
  const reach = studentCritical(tail, degreesOfFreedom) * standardError;
  return {
    difference,
    low: alternative === 'less' ? Number.NEGATIVE_INFINITY : difference - reach,
    high: alternative === 'greater' ? Number.POSITIVE_INFINITY : difference + reach,
    t,
    degreesOfFreedom,
    pValue: pValueOf(t, degreesOfFreedom, alternative),
    standardError,
  };
}

function pValueOf(t: number, degreesOfFreedom: number, alternative: Alternative): number {
  switch (alternative) {
    case 'two_sided':
      return Math.min(1, 2 * studentTail(Math.abs(t), degreesOfFreedom));
    case 'greater':
      return studentTail(t, degreesOfFreedom);
    case 'less':
      return studentTail(-t, degreesOfFreedom);
    default:
      return alternative satisfies never;
  }
}

/** Throws `invalid.confidence` unless it is between 0 and 1. */
export function checkConfidence(confidence: number): void {
  if (!(confidence > 0 && confidence < 1)) {
    throw new AppError('invalid.confidence', `a confidence of ${confidence} is not between 0 and 1; 0.95 is usual`);
  }
}
