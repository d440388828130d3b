import { experiment } from '@attune/contracts';
import { table } from '../output';
import { percentText } from '../percent-text';
import { intervalText } from './interval-text';

const { DRAFT, RUNNING, PAUSED, STOPPED } = experiment.ExperimentState;
const STATES: ReadonlyMap<experiment.ExperimentState, string> = new Map([
  [DRAFT, 'draft'],
  [RUNNING, 'running'],
  [PAUSED, 'paused'],
  [STOPPED, 'stopped'],
]);
const { A_B, INTERLEAVING, ROLLOUT } = experiment.ExperimentKind;
const KINDS: ReadonlyMap<experiment.ExperimentKind, string> = new Map([
  [A_B, 'a/b'],
  [INTERLEAVING, 'interleaving'],
  [ROLLOUT, 'rollout'],
]);

/** Experiments, a line each. */
export function experimentTable(experiments: readonly experiment.Experiment[]): string[] {
  if (experiments.length === 0) return ['There is no experiment yet: attune experiment create makes one.'];
  return table(
    ['experiment', 'kind', 'state', 'variants', 'traffic', 'decided by', 'since'],
    experiments.map((one) => [
      one.experimentId,
      KINDS.get(one.kind) ?? '',
      STATES.get(one.state) ?? '',
      one.variants.map(({ name }) => name).join(', '),
      percentText(one.trafficShare),
      one.primaryMetric,
      timeText(one.stoppedAt ?? one.startedAt ?? one.createdAt),
    ]),
  );
}

/** One experiment in full. */
export function experimentLines(one: experiment.Experiment): string[] {
  const facts = [
    [
      'layer',
      one.layer === '' ? '' : `${one.layer}, from ${one.layerStart} on, ${percentText(one.reservedShare)} reserved`,
    ],
    ['held out', one.holdoutShare === 0 ? '' : percentText(one.holdoutShare)],
    [
      'for',
      Object.entries(one.targeting)
        .map(([name, value]) => `${name}=${value}`)
        .join(', '),
    ],
    ['also measured', one.secondaryMetrics.join(', ')],
    [
      'guardrails',
      one.guardrails.map((rail) => `${rail.metric} (bears ${percentText(rail.toleratedRelativeLoss)})`).join(', '),
    ],
    ['ramp', one.ramp.map(({ at, trafficShare }) => `${percentText(trafficShare)} from ${timeText(at)}`).join(', ')],
    ['rollout', rolloutText(one.rollout)],
    ['starts', timeText(one.startsAt)],
    ['ends', timeText(one.endsAt)],
    ['stops by itself', one.stopsByItself ? 'yes' : ''],
  ];
  return [
    ...experimentTable([one]),
    ...(one.hypothesis === '' ? [] : ['', one.hypothesis]),
    '',
    ...table(
      ['variant', 'weight', 'parameters'],
      one.variants.map(({ name, weight, parameters }) => [
        name,
        percentText(weight),
        Object.entries(parameters)
          .map(([key, value]) => `${key}=${value}`)
          .join(' ') || '(as it is)',
      ]),
    ),
    '',
    ...facts.filter(([, text]) => text !== '').map(([name, text]) => `${name}: ${text}`),
  ];
}

function rolloutText(plan: experiment.RolloutPlan | undefined): string {
  if (plan === undefined) return '';
  const steps = plan.steps.map((share, at) => (at === plan.step ? `[${percentText(share)}]` : percentText(share)));
  const model = plan.model === '' ? '' : `, of ${plan.model} v${plan.modelVersion}`;
  return `${steps.join(' > ')}, each at least ${plan.minStepSeconds} s and ${plan.minUnits} units${model}`;
}

/** What happened to an experiment, a line each. */
export function changeTable(changes: readonly experiment.ExperimentChange[]): string[] {
  return table(
    ['#', 'when', 'what', 'by', 'why'],
    changes.map(({ sequence, changedAt, change, actor, reason }) => [
      ...[sequence, timeText(changedAt), change.replace('_', ' '), actor, reason],
    ]),
  );
}

/** The analysis of an experiment, what to do first. */
export function resultLines(found: experiment.GetResultsResponse): string[] {
  const { experiment: one, sampleRatio, interleaving, guardrails, days, warnings } = found;
  return [
    ...experimentTable(one === undefined ? [] : [one]),
    '',
    found.recommendation,
    ...warnings.map((warning) => `Mind: ${warning}.`),
    '',
    sampleRatioLine(sampleRatio),
    ...(found.results.length === 0 ? [] : ['', ...metricTable(found.results)]),
    ...(interleaving === undefined ? [] : ['', ...interleavingLines(interleaving)]),
    ...(guardrails.length === 0 ? [] : ['', ...guardrailTable(guardrails)]),
    ...(days.length === 0 ? [] : ['', ...dayTable(days)]),
  ];
}

function sampleRatioLine(ratio: experiment.SampleRatioCheck | undefined): string {
  const counts = Object.entries(ratio?.unitCounts ?? {});
  if (ratio === undefined || counts.every(([, count]) => count === 0)) return 'units: none yet';
  const verdict = ratio.passed ? 'as planned' : 'NOT as planned';
  const tests = `p = ${short(ratio.pValue)}, at every look ${short(ratio.sequentialPValue)}`;
  return `units: ${counts.map(([name, count]) => `${name} ${count}`).join(', ')}; shares ${verdict} (${tests})`;
}

/** Less than a half percent of the variance is not worth a word. */
const LEAST_REDUCTION = 0.005;

function metricTable(results: readonly experiment.MetricResult[]): string[] {
  return table(
    [
      'metric',
      'variant',
      'part',
      'units',
      'control has',
      'variant has',
      'lift',
      '95 %',
      'at every look',
      'p (Holm)',
      'p (BH)',
      'P(better)',
      '',
    ],
    results.map((one) => [
      ...[one.metric, one.variant, one.segment || 'all', `${one.controlUnitCount}+${one.unitCount}`],
      ...(one.note !== '' && one.difference === 0
        ? ['', '', '', '', '', '', '', '']
        : [
            ...[short(one.controlValue), short(one.value), percentText(one.lift, 1)],
            ...[intervalText(one.liftLow, one.liftHigh), intervalText(one.sequentialLow, one.sequentialHigh)],
            ...[short(one.pValue), short(one.falseDiscoveryPValue), percentText(one.probabilityBetter, 1)],
          ]),
      one.note === '' && one.varianceReduction >= LEAST_REDUCTION
        ? `CUPED took ${percentText(one.varianceReduction, 0)} of the variance`
        : one.note,
    ]),
  );
}

function guardrailTable(guardrails: readonly experiment.GuardrailResult[]): string[] {
  return table(
    ['guardrail', 'variant', 'lift', 'at every look', 'bears a loss of', ''],
    guardrails.map((one) => [
      ...[one.metric, one.variant, percentText(one.lift, 1), intervalText(one.low, one.high)],
      ...[percentText(one.toleratedRelativeLoss), one.verdict],
    ]),
  );
}

function interleavingLines(one: experiment.InterleavingResult): string[] {
  return [
    `slates for the variant ${one.variantWins}, for the control ${one.controlWins}, for neither ${one.ties}, of ${one.userCount} users`,
    `preference ${short(one.preference)} from -1 to 1, 95 % ${short(one.low)} to ${short(one.high)}, at every look ${short(one.sequentialLow)} to ${short(one.sequentialHigh)}, p = ${short(one.pValue)}`,
  ];
}

function dayTable(days: readonly experiment.DailyResult[]): string[] {
  return table(
    ['day', 'metric', 'variant', 'units', 'value', 'standard error'],
    days.map((one) => [one.day, one.metric, one.variant, one.unitCount, short(one.value), short(one.standardError)]),
  );
}

/** A number with three digits that count. */
function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : 'unbounded';
}

function timeText(time: Date | undefined): string {
  return time?.toISOString().slice(0, 19) ?? '';
}
