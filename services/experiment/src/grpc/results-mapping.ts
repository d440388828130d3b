import { experiment as wire } from '@attune/contracts';
import type { GuardrailResult, InterleavingResult, MetricResult } from '../domain/results/results';
import { toExperiment } from '../experiment-message';
import type { FullAnalysis } from '../use-cases/analyse-experiment';

/** An analysis for the wire. */
export function toResults(analysis: FullAnalysis): wire.GetResultsResponse {
  const { experiment, sampleRatio, recommendation, interleaving, segments, results } = analysis;
  return {
    experiment: toExperiment(experiment),
    results: [...results, ...segments].map(toMetricResult),
    sampleRatio: {
      passed: sampleRatio.reason === undefined,
      pValue: sampleRatio.pValue,
      unitCounts: { ...sampleRatio.unitCounts },
      sequentialPValue: sampleRatio.sequentialPValue,
    },
    withheld:
      sampleRatio.reason === undefined
        ? undefined
        : { code: 'failed_precondition.sample_ratio', message: sampleRatio.reason, field: '' },
    recommendation: recommendation.sentence,
    action: recommendation.action,
    daysLeft: recommendation.daysLeft,
    guardrails: analysis.guardrails.map(toGuardrail),
    interleaving: interleaving && toInterleaving(interleaving),
    warnings: [...analysis.warnings],
    asOf: analysis.asOf,
    days: analysis.days.map((day) => ({ ...day })),
  };
}

function toMetricResult(result: MetricResult): wire.MetricResult {
  const { metric, variant, segment, outcome, holmPValue = 1, falseDiscoveryPValue = 1 } = result;
  const named = { metric: metric.name, variant, segment };
  if (outcome.status === 'not_compared') {
    const [controlUnitCount, unitCount] = outcome.counts;
    return wire.MetricResult.fromPartial({
      ...named,
      controlUnitCount,
      unitCount,
      ...{ pValue: 1, rawPValue: 1, falseDiscoveryPValue: 1, probabilityBetter: 0.5 },
      ...{ liftLow: Number.NEGATIVE_INFINITY, liftHigh: Number.POSITIVE_INFINITY },
      ...{ sequentialLow: Number.NEGATIVE_INFINITY, sequentialHigh: Number.POSITIVE_INFINITY },
      ...{ differenceLow: Number.NEGATIVE_INFINITY, differenceHigh: Number.POSITIVE_INFINITY },
      note: outcome.reason,
    });
  }
  const { control, treatment, lift, sequentialLift } = outcome;
  return {
    ...named,
    unitCount: treatment.count,
    controlUnitCount: control.count,
    value: treatment.mean,
    controlValue: control.mean,
    lift: lift?.value ?? 0,
    liftLow: lift?.low ?? Number.NEGATIVE_INFINITY,
    liftHigh: lift?.high ?? Number.POSITIVE_INFINITY,
    pValue: holmPValue,
    rawPValue: outcome.pValue,
    falseDiscoveryPValue,
    sequentialLow: sequentialLift?.low ?? Number.NEGATIVE_INFINITY,
    sequentialHigh: sequentialLift?.high ?? Number.POSITIVE_INFINITY,
    probabilityBetter: metric.higherIsBetter ? outcome.probabilityLarger : 1 - outcome.probabilityLarger,
    effectSize: outcome.effectSize,
    varianceReduction: outcome.varianceReduction,
    difference: outcome.difference,
    differenceLow: outcome.low,
    differenceHigh: outcome.high,
    note: lift === undefined ? 'the control is not told apart from 0, so that the lift has no bounds' : '',
  };
}

function toGuardrail({ metric, variant, toleratedRelativeLoss, lift, interval, verdict }: GuardrailResult) {
  return {
    ...{ metric: metric.name, variant, toleratedRelativeLoss, verdict },
    lift: lift ?? 0,
    low: interval?.low ?? Number.NEGATIVE_INFINITY,
    high: interval?.high ?? Number.POSITIVE_INFINITY,
  };
}

function toInterleaving({ sequential, ...result }: InterleavingResult): wire.InterleavingResult {
  const { preference, low, high, pValue, userCount } = result;
  return {
    ...{ preference, low, high, pValue, userCount },
    controlWins: result.losses,
    variantWins: result.wins,
    ties: result.ties,
    sequentialLow: sequential.low,
    sequentialHigh: sequential.high,
  };
}
