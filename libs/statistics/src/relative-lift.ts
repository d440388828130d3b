import { type ComparisonOptions, compareEstimates } from './compare-estimates';
import { studentCritical } from './distributions/student-t';
import type { Estimate } from './estimate';

/** How much better a treatment is, in shares of the control: 0.05 is 5 % more. Or why that has no answer. */
export type RelativeLift =
  | { readonly isDefined: true; readonly lift: number; readonly low: number; readonly high: number }
  | { readonly isDefined: false; readonly reason: string };

/**
 * (treatment - control) / |control| with Fieller's interval (Fieller 1954), which unlike the delta method's holds for small samples and
 * contains 0 exactly when the interval of the difference does: both use the same t quantile. Undefined where the control's own interval
 * contains 0, for then the interval of the lift has no ends.
 */
export function relativeLift(control: Estimate, treatment: Estimate, options: ComparisonOptions = {}): RelativeLift {
  const confidence = options.confidence ?? 0.95;
  const { degreesOfFreedom } = compareEstimates(control, treatment, { confidence });
  const critical = studentCritical((1 - confidence) / 2, degreesOfFreedom);
  const [squareC, squareT] = [(critical * control.standardError) ** 2, (critical * treatment.standardError) ** 2];
  // the ends solve (treatment - ratio control)^2 = squareT + ratio^2 squareC
  const lead = control.mean ** 2 - squareC;
  if (!(lead > 0)) {
    return {
      isDefined: false,
      reason: 'the mean of the control is not told apart from 0, so that a difference in shares of it has no bounds',
    };
  }
  const product = control.mean * treatment.mean;
  const root = Math.sqrt(product ** 2 - lead * (treatment.mean ** 2 - squareT));
  const ends = [(product - root) / lead, (product + root) / lead].map((ratio) => (ratio - 1) * Math.sign(control.mean));
  return {
    isDefined: true,
    lift: (treatment.mean - control.mean) / Math.abs(control.mean),
    low: Math.min(...ends),
    high: Math.max(...ends),
  };
}
