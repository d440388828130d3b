import { type Experiment, type RunningPeriod, runningPeriods } from '../domain/experiment';
import { metricNamed } from '../domain/metrics/metric-catalogue';
import { type Analysis, analyse, noveltyWarnings } from '../domain/results/analysis';
import { countOf } from '../domain/results/compare-samples';
import { judgeSampleRatio } from '../domain/results/judge-sample-ratio';
import type { DailyValue } from '../domain/results/results';
import type { SequenceTerms } from '../domain/results/sequential-lift';
import { valueOfSample } from '../domain/results/value-of-sample';
import type { Clock, ExperimentStore, FactQuestions, FactReader, FactScope } from '../ports';

const DAY_MS = 86_400_000;
/** How far back the covariate of a unit looks (Deng et al. 2013 use one to two weeks). */
const COVARIATE_MS = 14 * DAY_MS;

/** How experiments are analysed. */
export interface AnalysisSettings {
  readonly attributionMs: number;
  /** For how long facts are kept. */
  readonly factMs: number;
  readonly terms: SequenceTerms;
}

/** What is asked beside the whole. */
export interface AnalysisQuestion {
  readonly segmentBy?: string;
  readonly isByDay?: boolean;
  readonly looks: 'once' | 'at_every_look';
  /** How many units of the second variant came since then is asked too. */
  readonly unitsSince?: number | undefined;
}

/** An analysis with all that was asked for. */
export interface FullAnalysis extends Analysis {
  readonly experiment: Experiment;
  readonly asOf: Date;
  readonly days: readonly DailyValue[];
  /** 0 where it was not asked for. */
  readonly unitsSince: number;
}

interface Ports {
  readonly experiments: Pick<ExperimentStore, 'get' | 'stateMoves'>;
  readonly facts: FactReader;
  readonly clock: Clock;
  readonly settings: AnalysisSettings;
}

/** Analyses an experiment from the facts as they are now. When the signal aborts, the facts are not read any further. */
export function makeAnalyseExperiment({ experiments, facts, clock, settings }: Ports) {
  return async (
    experimentId: string,
    question: AnalysisQuestion,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<FullAnalysis> => {
    const experiment = await experiments.get(experimentId);
    const asOf = clock();
    const moves = await experiments.stateMoves(experimentId);
    const periods = runningPeriods(moves, asOf.getTime(), experiment.definition.endsAtMs);
    const scope = scopeOf(experiment, periods, asOf, settings);
    return facts.asking(async (ask) => {
      const whole = await analysisOfWhole(ask, experiment, scope, { ...settings, ...question });
      const unitsSince = await unitsOfStep(ask, experiment, scope, question);
      const warnings = [...whole.warnings, ...goneWarning(scope, asOf, settings)];
      const known = { ...whole, experiment, asOf, unitsSince, warnings };
      if (whole.sampleRatio.reason !== undefined) return { ...known, days: [] };
      const days = await byDay(ask, experiment, scope, {
        ...settings,
        isShown: question.isByDay === true,
        looks: question.looks,
      });
      return { ...known, days: days.values, warnings: [...warnings, ...days.warnings] };
    }, options);
  };
}

/** Units stay when their facts have gone, and would be read as having done nothing. */
function goneWarning({ periods }: FactScope, asOf: Date, { factMs }: AnalysisSettings): string[] {
  const keptFromMs = asOf.getTime() - factMs;
  if (periods.length === 0 || periods[0]!.fromMs >= keptFromMs) return [];
  const day = new Date(keptFromMs).toISOString().slice(0, 10);
  return [`facts from before ${day} are not kept any more and are missing in all numbers`];
}

async function unitsOfStep(
  ask: FactQuestions,
  { definition }: Experiment,
  scope: FactScope,
  { unitsSince }: AnalysisQuestion,
): Promise<number> {
  return unitsSince === undefined ? 0 : ask.unitsSince(scope, definition.variants[1]!.name, new Date(unitsSince));
}

/** Every metric that an experiment looks at, once each, the primary one first. */
function metricNamesOf({ definition }: Experiment): string[] {
  const { primaryMetric, secondaryMetrics, guardrails } = definition;
  return [...new Set([primaryMetric, ...secondaryMetrics, ...guardrails.map(({ metric }) => metric)])];
}

/** The metrics that the job acts on: it looks often, and the others decide nothing. */
function deciding({ definition: { primaryMetric, guardrails } }: Experiment): string[] {
  return [...new Set([primaryMetric, ...guardrails.map(({ metric }) => metric)])];
}

function scopeOf(
  { definition }: Experiment,
  periods: readonly RunningPeriod[],
  asOf: Date,
  { attributionMs }: AnalysisSettings,
): FactScope {
  const untilMs = Math.min(asOf.getTime(), periods.at(-1)?.toMs ?? asOf.getTime());
  return {
    experimentId: definition.experimentId,
    ...{ periods, attributionMs, covariateMs: COVARIATE_MS },
    // what a still running experiment is asked at this very moment is part of the answer
    until: new Date(untilMs === asOf.getTime() ? untilMs + 1 : untilMs),
  };
}

async function analysisOfWhole(
  ask: FactQuestions,
  experiment: Experiment,
  scope: FactScope,
  { terms, looks, segmentBy }: Pick<AnalysisSettings, 'terms'> & Pick<AnalysisQuestion, 'looks' | 'segmentBy'>,
): Promise<Analysis> {
  const { definition } = experiment;
  const units = await ask.unitCounts(scope);
  const sampleRatio = judgeSampleRatio(definition, units.byVariant, looks);
  const known = { experiment, units, sampleRatio, terms, ranMs: ranMsOf(scope) };
  // what is withheld need not be measured
  if (sampleRatio.reason !== undefined) return analyse({ ...known, measured: [], interleaving: undefined });
  if (definition.kind === 'interleaving') {
    const [control, treatment] = definition.variants.map(({ name }) => name);
    const teams = { control: control!, treatment: treatment!, type: creditedType(definition.primaryMetric) };
    return analyse({ ...known, measured: [], interleaving: await ask.interleaving(scope, teams) });
  }
  const names = looks === 'once' ? metricNamesOf(experiment) : deciding(experiment);
  const parted: FactScope = segmentBy === undefined ? scope : { ...scope, by: { attribute: segmentBy } };
  return analyse({ ...known, measured: await ask.measure(names.map(metricNamed), parted), interleaving: undefined });
}

function ranMsOf({ periods }: FactScope): number {
  return periods.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
}

/** Which events are credits: those of the primary metric where it is a rate of some type, else clicks. */
function creditedType(primaryMetric: string): string {
  const metric = metricNamed(primaryMetric);
  return metric.kind === 'ratio' && metric.numerator.of === 'slate_events' ? metric.numerator.type : 'click';
}

type ByDay = Pick<AnalysisSettings, 'terms'> & Pick<AnalysisQuestion, 'looks'> & { readonly isShown: boolean };

/** The primary metric of every day tells of novelty; all of them are shown only where asked for. */
async function byDay(ask: FactQuestions, experiment: Experiment, scope: FactScope, { terms, isShown, looks }: ByDay) {
  const { kind, primaryMetric } = experiment.definition;
  // the job that looks every few seconds acts on the whole, and warns nobody
  if (kind === 'interleaving' || looks === 'at_every_look') return { values: [], warnings: [] };
  const names = isShown ? metricNamesOf(experiment) : [primaryMetric];
  const perDay: FactScope = { ...scope, by: 'day' };
  const measured = isShown || spansDays(scope) ? await ask.measure(names.map(metricNamed), perDay) : [];
  const primary = measured.find(({ metric }) => metric.name === primaryMetric);
  const warnings = primary === undefined ? [] : noveltyWarnings(experiment, primary.metric, primary.samples, terms);
  if (!isShown) return { values: [], warnings };
  const values = measured.flatMap(({ metric, samples }) =>
    samples.flatMap((sample) => {
      const { mean, standardError } = valueOfSample(metric, sample) ?? {};
      if (mean === undefined || standardError === undefined) return [];
      return [
        {
          ...{ day: sample.segment, metric: metric.name, variant: sample.variant },
          ...{ unitCount: countOf(sample), value: mean, standardError },
        },
      ];
    }),
  );
  return { values: values.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0)), warnings };
}

/** A trend needs a week of days. */
function spansDays({ periods }: FactScope): boolean {
  return periods.length > 0 && periods.at(-1)!.toMs - periods[0]!.fromMs >= 6 * DAY_MS;
}
