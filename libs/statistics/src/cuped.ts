import { type Comparison, type ComparisonOptions, checkConfidence, compareEstimates } from './compare-estimates';
import { type Estimate, estimateOfMean } from './estimate';
import { checkMoments } from './moments';
import { momentsOfX, momentsOfY, type PairMoments } from './pair-moments';

/** A comparison from which what was known before the experiment is taken out. */
export interface Cuped {
  /** Units of the metric per unit of the covariate. */
  readonly theta: number;
  readonly control: Estimate;
  readonly treatment: Estimate;
  /** 1 - (variance of the adjusted difference / variance of the plain one): near the squared correlation of metric and covariate. */
  readonly varianceReduction: number;
  readonly comparison: Comparison;
}

/**
 * CUPED (Deng, Xu, Kohavi and Walker 2013, eq. 4-6): y - theta (x - mean of all x), with one theta = cov(x, y) / var(x), pooled within
 * the variants so that an effect does not enter it. x is a covariate from before the experiment, y the metric, per unit. Where the
 * covariate does not vary, theta is 0 and nothing is adjusted.
 */
export function cuped(control: PairMoments, treatment: PairMoments, options: ComparisonOptions = {}): Cuped {
  for (const [name, pairs] of [
    ['control', control],
    ['treatment', treatment],
  ] as const) {
    checkMoments(name, momentsOfY(pairs));
    checkMoments(`the covariate of ${name}`, momentsOfX(pairs));
  }
  checkConfidence(options.confidence ?? 0.95);
  const theta = pooledTheta(control, treatment);
  const count = control.count + treatment.count;
  const center = (control.meanX * control.count + treatment.meanX * treatment.count) / count;
  const [adjustedC, adjustedT] = [adjusted(control, theta, center), adjusted(treatment, theta, center)];
  const comparison = compareEstimates(adjustedC, adjustedT, options);
  const plain =
    estimateOfMean(momentsOfY(control)).standardError ** 2 + estimateOfMean(momentsOfY(treatment)).standardError ** 2;
  return {
    theta,
    control: adjustedC,
    treatment: adjustedT,
    varianceReduction: 1 - comparison.standardError ** 2 / plain,
    comparison,
  };
}

function pooledTheta(control: PairMoments, treatment: PairMoments): number {
  const pooled = (of: (pairs: PairMoments) => number) =>
    of(control) * (control.count - 1) + of(treatment) * (treatment.count - 1);
  const variance = pooled((pairs) => pairs.varianceX);
  return variance > 0 ? pooled((pairs) => pairs.covariance) / variance : 0;
}

function adjusted({ count, ...of }: PairMoments, theta: number, center: number): Estimate {
  const variance = of.varianceY - 2 * theta * of.covariance + theta * theta * of.varianceX;
  return {
    count,
    mean: of.meanY - theta * (of.meanX - center),
    standardError: Math.sqrt(Math.max(0, variance) / count),
  };
}
