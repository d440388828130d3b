import { monitoring } from '@attune/contracts';
import { table } from '../output';

const STATES: ReadonlyMap<monitoring.HealthState, string> = new Map([
  [monitoring.HealthState.HEALTHY, 'healthy'],
  [monitoring.HealthState.DEGRADED, 'degraded'],
  [monitoring.HealthState.UNHEALTHY, 'unhealthy'],
]);

/** The word for a state. */
export function stateWord(state: monitoring.HealthState): string {
  return STATES.get(state) ?? 'unknown';
}

/** How the fleet is, for people. */
export function fleetLines({ verdict, subjects, alerts }: monitoring.GetFleetHealthResponse): readonly string[] {
  const rows = subjects.map(({ kind, name, version, state, verdict: own, lastSeenAt }) => [
    ...[stateWord(state), kind, version === '' ? name : `${name} v${version}`],
    ...[lastSeenAt === undefined ? '' : timeWord(lastSeenAt), own],
  ]);
  return [verdict, '', ...table(['state', 'what', 'name', 'last seen', 'why'], rows), ...alertLines(alerts)];
}

/** How a model is, for people. */
export function modelLines({
  verdict,
  model,
  state,
  measures,
  alerts,
}: monitoring.GetModelHealthResponse): readonly string[] {
  const rows = measures.map(({ name, value, unit, normalLow, normalHigh, sampleCount, problem, segment }) => [
    segment === '' ? name : `${name} (${segment})`,
    problem === undefined ? numberWord(value) : 'too few',
    unit,
    Number.isFinite(normalLow) && Number.isFinite(normalHigh)
      ? `${numberWord(normalLow)} to ${numberWord(normalHigh)}`
      : '',
    sampleCount,
  ]);
  const version = model?.version ? ` v${model.version}` : '';
  return [
    `${model?.name ?? ''}${version} is ${stateWord(state)}. ${verdict}.`,
    '',
    ...table(['measure', 'value', 'unit', 'normal', 'observations'], rows),
    ...alertLines(alerts),
  ];
}

function alertLines(alerts: readonly monitoring.Alert[]): readonly string[] {
  if (alerts.length === 0) return [];
  const rows = alerts.map(({ kind, subject, summary, startedAt, runbook }) => [
    ...[kind, subject, startedAt === undefined ? '' : timeWord(startedAt), summary, runbook],
  ]);
  return ['', ...table(['alert', 'about', 'since', 'what', 'what to do'], rows)];
}

/** Four digits are as many as anybody compares by eye. */
export function numberWord(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

function timeWord(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
