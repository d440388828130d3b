import { noveltyWarning } from '@attune/statistics';
import type { InterleavingFacts, MetricSample, UnitCounts } from './samples';
import type { Experiment } from '../experiment';
import type { Metric } from '../metrics/metric';
import { compareSamples } from './compare-samples';
import { daysLeft } from './days-left';
import { judgeGuardrail } from './judge-guardrail';
import { judgeInterleaving } from './judge-interleaving';
import { judgeMetrics, type MeasuredMetric } from './judge-metrics';
import { recommendAction } from './recommend-action';
import type { GuardrailResult, InterleavingResult, MetricResult, Recommendation, SampleRatio } from './results';
import type { SequenceTerms } from './sequential-lift';

/** What an analysis is made of. */
export interface AnalysisInput {
  readonly experiment: Experiment;
  readonly units: UnitCounts;
  /** Whether units came in the planned shares; nothing else is told where they did not. */
  readonly sampleRatio: SampleRatio;
  /** The metrics as a whole, and by segment where that was asked for. */
  readonly measured: readonly MeasuredMetric[];
  readonly interleaving: InterleavingFacts | undefined;
  readonly ranMs: number;
  readonly terms: SequenceTerms;
}

/** The analysis of an experiment. Where results are withheld, all but the sample ratio and the recommendation is empty. */
export interface Analysis {
  readonly sampleRatio: SampleRatio;
  readonly results: readonly MetricResult[];
  /** The same by segment. */
  readonly segments: readonly MetricResult[];
  readonly primary: readonly MetricResult[];
  readonly guardrails: readonly GuardrailResult[];
  readonly interleaving: InterleavingResult | undefined;
  readonly recommendation: Recommendation;
  readonly warnings: readonly string[];
}

/** Analyses an experiment as a whole: pure, from sums over its units. */
export function analyse(input: AnalysisInput): Analysis {
  const { experiment, units, sampleRatio, measured, terms } = input;
  const { definition } = experiment;
  const withheld = sampleRatio.reason;
  const isShown = withheld === undefined;
  // in an interleaving experiment everybody sees both variants: nothing can be compared by the variant of a unit
  const compared = isShown && definition.kind !== 'interleaving' ? measured : [];
  const termsOfOne = { ...terms, alpha: terms.alpha / Math.max(1, definition.variants.length - 1) };
  const all = judgeMetrics(definition, compared, termsOfOne);
  const [results, segments] = [all.filter(isWhole), all.filter((one) => !isWhole(one))];
  const primary = results.filter(({ metric }) => metric.name === definition.primaryMetric);
  const guardrails = guardrailsOf(experiment, results, termsOfOne);
  const interleaving =
    isShown && input.interleaving !== undefined ? judgeInterleaving(input.interleaving, terms) : undefined;
  const recommendation = recommendAction({
    ...{ experiment, primary, guardrails, interleaving, withheld },
    daysLeft: daysLeftOf(input),
  });
  return {
    ...{ sampleRatio, results, segments, primary, guardrails, interleaving, recommendation },
    warnings: crossedWarning(units),
  };
}

const isWhole = ({ segment }: MetricResult) => segment === '';

function guardrailsOf(
  { definition }: Experiment,
  results: readonly MetricResult[],
  terms: SequenceTerms,
): GuardrailResult[] {
  return definition.guardrails.flatMap(({ metric: name, toleratedRelativeLoss }) =>
    results
      .filter(({ metric }) => metric.name === name)
      .map((result) => judgeGuardrail(result, toleratedRelativeLoss, terms)),
  );
}

function daysLeftOf({ experiment, measured, ranMs, terms }: AnalysisInput): number | undefined {
  const primary = measured.find(({ metric }) => metric.name === experiment.definition.primaryMetric);
  if (primary === undefined) return undefined;
  const [control, treatment] = experiment.definition.variants.map(({ name }) =>
    primary.samples.find(({ variant, segment }) => variant === name && segment === ''),
  );
  if (control === undefined || treatment === undefined) return undefined;
  return daysLeft(primary.metric, { control, treatment, ranMs, alpha: terms.alpha });
}

function crossedWarning({ crossed }: UnitCounts): string[] {
  if (crossed === 0) return [];
  return [`${crossed} units were given more than one variant and are left out: see whether their attributes change`];
}

/** A warning for each variant whose daily lift in a metric fades or grows: what is seen now is not what will stay. */
export function noveltyWarnings(
  { definition }: Experiment,
  metric: Metric,
  samples: readonly MetricSample[],
  terms: SequenceTerms,
): string[] {
  const [control, ...treatments] = definition.variants.map(({ name }) => name);
  const days = [...new Set(samples.map(({ segment }) => segment))].sort();
  const find = (variant: string, day: string) =>
    samples.find((sample) => sample.variant === variant && sample.segment === day);
  return treatments.flatMap((variant) => {
    const lifts = days.flatMap((day) => {
      const [one, other] = [find(control!, day), find(variant, day)];
      if (one === undefined || other === undefined) return [];
      const outcome = compareSamples(metric, one, other, terms);
      if (outcome.status !== 'compared' || !(outcome.control.mean !== 0)) return [];
      const by = Math.abs(outcome.control.mean);
      const standardError = Math.hypot(outcome.control.standardError, outcome.treatment.standardError) / by;
      return [{ day: Date.parse(day) / 86_400_000, lift: outcome.difference / by, standardError }];
    });
    const found = noveltyWarning(lifts);
    if (found.kind !== 'fading' && found.kind !== 'growing') return [];
    const perDay = `${(100 * found.slopePerDay).toFixed(2)} points a day`;
    const advice =
      found.kind === 'fading' ? 'a novelty effect: wait until it is steady' : 'users still learn: it may become more';
    return [`the lift of ${metric.name} in "${variant}" is ${found.kind} (${perDay}, p = ${found.pValue.toPrecision(2)}): ${advice}`];
  });
}
