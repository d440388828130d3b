import {
  type Comparison,
  compareEstimates,
  compareVariants,
  confidenceSequence,
  type Estimate,
  effectiveCount,
  estimateOf,
  momentsOfY,
  normalPosterior,
  probabilityBetter,
  relativeLift,
  type SequentialInterval,
  type VariantSums,
} from '@attune/statistics';
import type { MetricSample } from './samples';
import type { Metric } from '../metrics/metric';
import { type LiftInterval, type SequenceTerms, sequentialLift } from './sequential-lift';

/** Of the intervals for one look, each by itself; those for every look are as wide as their terms say. */
const CONFIDENCE = 0.95;

/** One metric of a variant beside the control. All differences are variant - control; adjusted by CUPED where `varianceReduction` is not 0. */
export interface SampleComparison {
  /** As they were measured, without adjustment. */
  readonly control: Estimate;
  readonly treatment: Estimate;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly pValue: number;
  readonly lift: { readonly value: number; readonly low: number; readonly high: number } | undefined;
  /** Of the difference, at every look. */
  readonly sequential: SequentialInterval;
  readonly sequentialLift: LiftInterval | undefined;
  /** What the lift is judged by: the estimates after adjustment. */
  readonly judged: { readonly control: Estimate; readonly treatment: Estimate };
  /** That the variant's value is larger. */
  readonly probabilityLarger: number;
  readonly effectSize: number;
  readonly varianceReduction: number;
}

/** A comparison, or why there is none. */
export type SampleOutcome =
  | ({ readonly status: 'compared' } & SampleComparison)
  | { readonly status: 'not_compared'; readonly reason: string; readonly counts: readonly [number, number] };

/** Compares one metric of two variants. Too few units and no variation are an answer, not an error. */
export function compareSamples(
  metric: Metric,
  control: MetricSample,
  treatment: MetricSample,
  terms: SequenceTerms,
): SampleOutcome {
  const counts = [countOf(control), countOf(treatment)] as const;
  for (const { data } of [control, treatment]) {
    if (data.kind === 'none') return { status: 'not_compared', reason: data.reason, counts };
  }
  if (Math.min(...counts) < 2) {
    const reason = `a comparison needs two units in each variant; there are ${counts[0]} and ${counts[1]}`;
    return { status: 'not_compared', reason, counts };
  }
  if (control.data.kind === 'estimate' && treatment.data.kind === 'estimate') {
    return ofEstimates(control.data.estimate, treatment.data.estimate, terms);
  }
  const [ofControl, ofTreatment] = [sumsOf(metric, control), sumsOf(metric, treatment)];
  const question = { control: ofControl, treatment: ofTreatment, confidence: CONFIDENCE, tunedFor: terms.tunedFor };
  const found = compareVariants(question);
  if (found.status === 'not_compared') return { ...found, counts };
  const estimates = { control: estimateOf(ofControl), treatment: estimateOf(ofTreatment) };
  // an adjustment that explains nothing leaves the plain test, which is exact for shares
  const adjusted = found.cuped !== undefined && found.cuped.varianceReduction > 0 ? found.cuped : undefined;
  const { difference, standardError, low, high, pValue, lift } = adjusted ?? found;
  const judged = adjusted === undefined ? estimates : adjustedEstimates(estimates, adjusted);
  return {
    status: 'compared',
    ...estimates,
    ...{ difference, low, high, pValue, judged },
    sequential: confidenceSequence({ difference, standardError, count: effectiveCount(...counts) }, terms),
    lift: lift.isDefined ? { value: lift.lift, low: lift.low, high: lift.high } : undefined,
    sequentialLift: sequentialLift(judged.control, judged.treatment, terms),
    probabilityLarger:
      adjusted === undefined ? found.posterior.probabilityBetter : probabilityBetter(normalPosterior(adjusted)),
    effectSize: found.effectSize ?? 0,
    varianceReduction: adjusted?.varianceReduction ?? 0,
  };
}

/** The estimates with the adjusted difference between them: around the control's plain mean, each with its share of the error. */
function adjustedEstimates(
  { control, treatment }: { readonly control: Estimate; readonly treatment: Estimate },
  adjusted: { readonly difference: number; readonly standardError: number },
) {
  const shrink = adjusted.standardError / Math.hypot(control.standardError, treatment.standardError);
  return {
    control: { ...control, standardError: control.standardError * shrink },
    treatment: {
      count: treatment.count,
      mean: control.mean + adjusted.difference,
      standardError: treatment.standardError * shrink,
    },
  };
}

function ofEstimates(control: Estimate, treatment: Estimate, terms: SequenceTerms): SampleOutcome {
  if (!(control.standardError > 0 || treatment.standardError > 0)) {
    const reason = 'the values do not vary in either variant, so that a difference cannot be told from chance';
    return { status: 'not_compared', reason, counts: [control.count, treatment.count] };
  }
  const look = { confidence: CONFIDENCE };
  const { difference, low, high, pValue, standardError }: Comparison = compareEstimates(control, treatment, look);
  const lift = relativeLift(control, treatment, look);
  const count = effectiveCount(control.count, treatment.count);
  return {
    status: 'compared',
    ...{ control, treatment, difference, low, high, pValue, judged: { control, treatment } },
    lift: lift.isDefined ? { value: lift.lift, low: lift.low, high: lift.high } : undefined,
    sequential: confidenceSequence({ difference, standardError, count }, terms),
    sequentialLift: sequentialLift(control, treatment, terms),
    probabilityLarger: probabilityBetter(normalPosterior({ difference, standardError })),
    // a quantile has no deviation of single units to be measured by
    effectSize: 0,
    varianceReduction: 0,
  };
}

/** How many units a sample has. */
export function countOf({ data }: MetricSample): number {
  switch (data.kind) {
    case 'pairs':
      return data.pairs.count;
    case 'estimate':
      return data.estimate.count;
    case 'none':
      return data.unitCount;
    default:
      return data satisfies never;
  }
}

/** The sums of a sample as the statistics take them. */
export function sumsOf(metric: Metric, { data }: MetricSample): VariantSums {
  if (data.kind !== 'pairs') throw new TypeError(`${metric.name} has no pairs`);
  const { pairs } = data;
  switch (metric.kind) {
    case 'mean':
      return { kind: 'mean', moments: momentsOfY(pairs), covariate: pairs };
    case 'proportion':
    case 'retention':
      return {
        kind: 'proportion',
        successes: Math.round(pairs.meanY * pairs.count),
        count: pairs.count,
        covariate: pairs,
      };
    case 'ratio':
      return { kind: 'ratio', pairs };
    case 'quantile':
      throw new TypeError(`${metric.name} is a quantile: it has no pairs`);
    default:
      return metric satisfies never;
  }
}
