import { type Comparison, type ComparisonOptions, compareEstimates, comparisonOf } from './compare-estimates';
import { estimateOfMean } from './estimate';
import { checkMoments, type Moments } from './moments';

/**
 * Welch's t test of two means, whose variances may differ (Welch 1947), equal to R's t.test(treatment, control). The difference is
 * treatment - control; R's first argument is therefore the treatment.
 */
export function welchTest(control: Moments, treatment: Moments, options: ComparisonOptions = {}): Comparison {
  checkMoments('control', control);
  checkMoments('treatment', treatment);
  return compareEstimates(estimateOfMean(control), estimateOfMean(treatment), options);
}

/** Student's t test, which takes the variances for equal: R's t.test(treatment, control, var.equal = TRUE). */
export function studentTest(control: Moments, treatment: Moments, options: ComparisonOptions = {}): Comparison {
  checkMoments('control', control);
  checkMoments('treatment', treatment);
  const degreesOfFreedom = control.count + treatment.count - 2;
  const pooled =
    (control.variance * (control.count - 1) + treatment.variance * (treatment.count - 1)) / degreesOfFreedom;
  const standardError = Math.sqrt(pooled * (1 / control.count + 1 / treatment.count));
  return comparisonOf(treatment.mean - control.mean, standardError, degreesOfFreedom, options);
}
