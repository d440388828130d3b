import type { Objective, ObjectiveKind } from './objective';
import { type AlertRule, type AlertSeverity, type RecordingRule, type RuleGroup, runbook } from './rule';

/**
 * How fast a budget may burn (The Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts"): with a budget for 30
 * days, the fast two are 2 % of it in an hour and 5 % in six, the slow two 10 % in a day and in three. The short window ends an alert soon
 * after the incident.
 */
const BURNS: readonly Burn[] = [
  { severity: 'page', factor: 14.4, long: '1h', short: '5m' },
  { severity: 'page', factor: 6, long: '6h', short: '30m' },
  { severity: 'ticket', factor: 3, long: '1d', short: '2h' },
  { severity: 'ticket', factor: 1, long: '3d', short: '6h' },
];

interface Burn {
  readonly severity: AlertSeverity;
  readonly factor: number;
  readonly long: string;
  readonly short: string;
}

const WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'];
/** Fewer bad events than this in the long window wake nobody: at night three calls can be a third of all. */
const LEAST_BAD_EVENTS = 10;

const KINDS: Readonly<Record<ObjectiveKind, { readonly name: string; readonly words: string }>> = {
  availability: { name: 'Availability', words: 'calls fail' },
  latency: { name: 'Latency', words: 'calls are slow' },
  freshness: { name: 'Freshness', words: 'events are handled late' },
  quality: { name: 'Quality', words: 'slates are made without a part that should have a say' },
};

/** For an objective: its budget, the share of bad events in each window, and how many there were in those that wake somebody. */
export function sharesOf(objective: Objective): RuleGroup {
  return {
    name: `attune-${objective.service}-${objective.kind}`,
    interval: '1m',
    rules: [
      budgetOf(objective),
      ...WINDOWS.map((window) => shareOf(objective, window)),
      ...BURNS.filter(wakes).map(({ long }) => countOf(objective, long)),
    ],
  };
}

/** Alerts that tell when a budget burns too fast, for the objectives of every service at once. */
export function burnAlerts(objectives: readonly Objective[]): RuleGroup {
  return { name: 'attune-burn-rates', interval: '1m', rules: alertsOf(objectives) };
}

const wakes = ({ severity }: Burn) => severity === 'page';

const labelsOf = ({ service, kind }: Objective) => ({ service, slo: kind });

function budgetOf(objective: Objective): RecordingRule {
  const budget = Number((1 - objective.target).toPrecision(6));
  return { record: 'slo:budget:ratio', expr: `vector(${budget})`, labels: labelsOf(objective) };
}

function shareOf(objective: Objective, window: string): RecordingRule {
  const all = objective.all(window);
  // Without a single bad event their series may not be there: none of many is zero, and not unknown.
  const expr = `(${objective.bad(window)} or 0 * ${all}) / (${all} > 0)`;
  return { record: `slo:bad:ratio_rate${window}`, expr, labels: labelsOf(objective) };
}

function countOf(objective: Objective, window: string): RecordingRule {
  const expr = `${objective.bad(window)} * ${secondsOf(window)}`;
  return { record: `slo:bad:increase${window}`, expr, labels: labelsOf(objective) };
}

function alertsOf(objectives: readonly Objective[]): readonly AlertRule[] {
  const kinds = [...new Set(objectives.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => BURNS.map((burn) => alertOf(kind, burn)));
}

function alertOf(kind: ObjectiveKind, burn: Burn): AlertRule {
  const { severity, factor, long, short } = burn;
  const { name, words } = KINDS[kind];
  const burns = (window: string) =>
    `slo:bad:ratio_rate${window}{slo="${kind}"} > on (service, slo) (${factor} * slo:budget:ratio{slo="${kind}"})`;
  const expr = [
    burns(long),
    `and on (service, slo) ${burns(short)}`,
    ...(wakes(burn) ? [`and on (service, slo) slo:bad:increase${long}{slo="${kind}"} >= ${LEAST_BAD_EVENTS}`] : []),
  ].join('\n');
  return {
    alert: `${name}${severity === 'page' ? 'BurnsFast' : 'BurnsSlowly'}`,
    expr,
    labels: { severity, window: long },
    annotations: {
      summary: `{{ $labels.service }}: ${words}. {{ $value | humanizePercentage }} in ${long}, ${factor} times what its objective allows or more.`,
      runbook_url: runbook(`${kind}-budget`),
    },
  };
}

const SECONDS = { m: 60, h: 3_600, d: 86_400 } as const;

function secondsOf(window: string): number {
  return Number(window.slice(0, -1)) * SECONDS[window.slice(-1) as keyof typeof SECONDS];
}
