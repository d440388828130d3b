export { type Adjustment, adjustPValues } from './adjust-p-values';
export { betaExpectedLoss, betaInterval, probabilityBetaBeats } from './beta-posterior';
export {
  checkSampleRatio,
  SAMPLE_RATIO_THRESHOLD,
  type SampleRatioCheck,
  type SampleRatioOptions,
} from './check-sample-ratio';
export { type Alternative, type Comparison, type ComparisonOptions, compareEstimates } from './compare-estimates';
export {
  type CupedDifference,
  compareVariants,
  type Difference,
  type VariantComparison,
  type VariantQuestion,
  type VariantValue,
  variantValue,
} from './compare-variants';
export {
  alwaysValidPValue,
  confidenceSequence,
  DEFAULT_TUNED_FOR,
  effectiveCount,
  LEAST_UNITS,
  type Look,
  type SequenceOptions,
  type SequentialInterval,
} from './confidence-sequence';
export { type Cuped, cuped } from './cuped';
export { type Beta, betaCdf, betaMean, betaQuantile, betaTail } from './distributions/beta';
export { chiSquareTail } from './distributions/chi-square';
export { normalCdf, normalCritical, normalDensity, normalTail } from './distributions/normal';
export { studentCritical, studentTail } from './distributions/student-t';
export { effectSize, effectSizeOfProportions } from './effect-size';
export { type Estimate, estimateOfMean, estimateOfProportion } from './estimate';
export { estimateInterval, type Interval, proportionInterval } from './estimate-interval';
export {
  type InterleavedUser,
  type InterleavingTally,
  type InterleavingTest,
  interleavingTest,
  mergeTallies,
  NO_TALLY,
  tallyOf,
} from './interleaving-test';
export { type Moments, mergeMoments, momentsOf, momentsOfProportion, NO_MOMENTS } from './moments';
export {
  type NormalBelief,
  normalExpectedLoss,
  normalInterval,
  normalPosterior,
  probabilityBetter,
} from './normal-posterior';
export { type DailyLift, type NoveltyWarning, noveltyWarning } from './novelty-warning';
export {
  correlationOf,
  mergePairMoments,
  momentsOfX,
  momentsOfY,
  NO_PAIRS,
  type PairMoments,
  pairMomentsOf,
} from './pair-moments';
export { type Duration, type DurationPlan, planDuration, sequentialInflation } from './plan-duration';
export type { BetaView, Posterior } from './posterior-of';
export {
  type MeansToFind,
  type ProportionsToFind,
  powerOfProportionTest,
  powerOfTTest,
  samplesForMeans,
  samplesForProportions,
} from './power';
export { type Proportion, type ProportionTest, type ProportionTestOptions, proportionTest } from './proportion-test';
export {
  type QuantileRanks,
  type QuantileSample,
  quantileBetween,
  quantileEstimate,
  quantileRanks,
} from './quantile-estimate';
export { ratioMoments } from './ratio-moments';
export { type RelativeLift, relativeLift } from './relative-lift';
export { type SampleRatioTest, sampleRatioTest } from './sample-ratio-test';
export {
  SAMPLE_RATIO_CONCENTRATION,
  type SequentialSampleRatio,
  sequentialSampleRatio,
} from './sequential-sample-ratio';
export { estimateOf, unitMomentsOf, type VariantSums } from './variant-sums';
export { studentTest, welchTest } from './welch-test';
