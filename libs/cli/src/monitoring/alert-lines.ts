import { monitoring } from '@attune/contracts';
import { table } from '../output';

const { AlertSeverity, AlertState } = monitoring;

/** Alerts, a line each with what to do about it below. */
export function alertTable(alerts: readonly monitoring.Alert[]): string[] {
  if (alerts.length === 0) return ['No alerts.'];
  return alerts.flatMap((alert) => [
    [severityText(alert), stateText(alert), minuteText(alert.startedAt), alert.subject, alert.kind, alert.alertId].join(
      '  ',
    ),
    ...detailLines(alert).map((line) => `    ${line}`),
  ]);
}

/** One alert as a line, for watching. */
export function alertLine(alert: monitoring.Alert): string {
  const cause = alert.likelyCause === '' ? '' : ` (${alert.likelyCause})`;
  const words = [minuteText(alert.lastSeenAt), severityText(alert), stateText(alert), alert.subject];
  return `${words.join('  ')}  ${alert.summary}${cause}`;
}

/** Silences, a line each. */
export function silenceTable(silences: readonly monitoring.Silence[]): string[] {
  if (silences.length === 0) return ['Nothing is silenced.'];
  return table(
    ['silence', 'what', 'until', 'by', 'why'],
    silences.map(({ silenceId, matcher, until, actor, reason }) => {
      const parts = [matcher?.subject, matcher?.kind, matcher?.measure].filter((part) => part);
      return [silenceId, parts.join(' '), minuteText(until), actor, reason];
    }),
  );
}

function detailLines(alert: monitoring.Alert): string[] {
  const { summary, segment, likelyCause, owner, runbook, acknowledgedBy, note, silencedUntil } = alert;
  const facts = [
    segment === '' ? '' : `only for ${segment}`,
    likelyCause === '' ? '' : `likely cause: ${likelyCause}`,
    `owner ${owner}, runbook ${runbook}`,
    acknowledgedBy === '' ? '' : `${acknowledgedBy} takes care of it${note === '' ? '' : `: ${note}`}`,
    silencedUntil === undefined ? '' : `silent until ${minuteText(silencedUntil)}`,
  ];
  return [summary, ...facts.filter((line) => line !== '')];
}

function severityText({ severity }: monitoring.Alert): string {
  return (AlertSeverity[severity] ?? '').toLowerCase().padEnd(6);
}

function stateText({ state }: monitoring.Alert): string {
  return (AlertState[state] ?? '').toLowerCase().padEnd(12);
}

function minuteText(time: Date | undefined): string {
  return time === undefined ? '' : `${time.toISOString().slice(0, 16)}Z`;
}
