import { AppError, isAppError } from '@attune/errors';
import { compareEstimates } from './compare-estimates';
import { confidenceSequence, effectiveCount, type SequentialInterval } from './confidence-sequence';
import { cuped } from './cuped';
import { effectSize, effectSizeOfProportions } from './effect-size';
import type { Estimate } from './estimate';
import { estimateInterval, type Interval, proportionInterval } from './estimate-interval';
import { type Posterior, posteriorOfDifference, posteriorOfProportions } from './posterior-of';
import { proportionTest } from './proportion-test';
import { type RelativeLift, relativeLift } from './relative-lift';
import { estimateOf, unitMomentsOf, type VariantSums } from './variant-sums';

/** Two variants, and how they are compared. */
export interface VariantQuestion {
  readonly control: VariantSums;
  /** Of the same kind as the control. */
  readonly treatment: VariantSums;
  /** The coverage of all intervals, in (0, 1); 0.95 unless named. */
  readonly confidence?: number;
  /** The effective units at which the sequential interval is tightest; chosen before the data are seen. */
  readonly tunedFor?: number;
}

/** One metric of one variant. */
export interface VariantValue extends Estimate, Interval {}

/** A difference, treatment - control, with what is known of it. */
export interface Difference extends Interval {
  readonly difference: number;
  readonly standardError: number;
  /** For one look; two-sided. */
  readonly pValue: number;
  readonly lift: RelativeLift;
  /** Holds at every look. */
  readonly sequential: SequentialInterval;
}

/** Everything about one metric of two variants, or why there is nothing to say. */
export type VariantComparison =
  | ({
      readonly status: 'compared';
      readonly kind: VariantSums['kind'];
      /** What gave the p value. */
      readonly test: 'welch_t' | 'chi_square';
      readonly control: VariantValue;
      readonly treatment: VariantValue;
      /** Cohen's h of shares, else Cohen's d; undefined where units do not vary. */
      readonly effectSize: number | undefined;
      /** Where both variants have a covariate. */
      readonly cuped: CupedDifference | undefined;
      readonly posterior: Posterior;
    } & Difference)
  | { readonly status: 'not_compared'; readonly reason: string };

/** The difference without what was known before the experiment. */
export interface CupedDifference extends Difference {
  readonly theta: number;
  /** 1 - variance of the adjusted difference / variance of the plain one. */
  readonly varianceReduction: number;
}

/** Compares one metric of two variants in all ways that this library knows. Too few units or no variation are an answer, not an error. */
export function compareVariants(question: VariantQuestion): VariantComparison {
  try {
    return compared(question);
  } catch (error) {
    if (!isAppError(error, 'failed_precondition') && !isAppError(error, 'invalid.sample')) throw error;
    return { status: 'not_compared', reason: error.message };
  }
}

/** One metric of one variant with its interval: Wilson's of a share, else Student's. */
export function variantValue(sums: VariantSums, confidence = 0.95): VariantValue {
  const estimate = estimateOf(sums);
  const interval =
    sums.kind === 'proportion' ? proportionInterval(sums, confidence) : estimateInterval(estimate, confidence);
  return { ...estimate, ...interval };
}

function compared(question: VariantQuestion): VariantComparison {
  const { control, treatment, confidence = 0.95 } = question;
  if (control.kind !== treatment.kind) {
    throw new AppError('invalid.metric', `a ${control.kind} cannot be compared with a ${treatment.kind}`);
  }
  const estimates = [estimateOf(control), estimateOf(treatment)] as const;
  const values = { control: variantValue(control, confidence), treatment: variantValue(treatment, confidence) };
  const difference = differenceOf(...estimates, question);
  const shared = { status: 'compared', kind: control.kind, ...values, cuped: cupedOf(question) } as const;
  if (control.kind === 'proportion' && treatment.kind === 'proportion') {
    const { low, high, pValue } = proportionTest(control, treatment, { confidence });
    return {
      ...shared,
      ...difference,
      ...{ test: 'chi_square', low, high, pValue },
      effectSize: effectSizeOfProportions(estimates[0].mean, estimates[1].mean),
      posterior: posteriorOfProportions(control, treatment, confidence),
    };
  }
  const counts = { control: estimates[0].count, treatment: estimates[1].count };
  return {
    ...shared,
    ...difference,
    test: 'welch_t',
    effectSize: effectSize(unitMomentsOf(control), unitMomentsOf(treatment)),
    posterior: posteriorOfDifference(difference, counts, confidence),
  };
}

function differenceOf(
  control: Estimate,
  treatment: Estimate,
  { confidence = 0.95, tunedFor }: VariantQuestion,
): Difference {
  const { difference, standardError, low, high, pValue } = compareEstimates(control, treatment, { confidence });
  const count = effectiveCount(control.count, treatment.count);
  return {
    difference,
    standardError,
    low,
    high,
    pValue,
    lift: relativeLift(control, treatment, { confidence }),
    sequential: confidenceSequence({ difference, standardError, count }, { alpha: 1 - confidence, tunedFor }),
  };
}

function cupedOf(question: VariantQuestion): CupedDifference | undefined {
  const { control, treatment, confidence } = question;
  if (control.kind === 'ratio' || treatment.kind === 'ratio') return undefined;
  if (control.covariate === undefined || treatment.covariate === undefined) return undefined;
  const found = cuped(control.covariate, treatment.covariate, { confidence });
  const { theta, varianceReduction } = found;
  return { theta, varianceReduction, ...differenceOf(found.control, found.treatment, question) };
}
