import { monitoring as wire } from '@attune/contracts';
import type { AlertStanding } from './alert-book-ports';
import { type Alert, isSilent, rankOf } from './domain/alerts/alert';

const STATES = {
  open: wire.AlertState.OPEN,
  acknowledged: wire.AlertState.ACKNOWLEDGED,
  silenced: wire.AlertState.SILENCED,
  resolved: wire.AlertState.RESOLVED,
} as const satisfies Record<AlertStanding, wire.AlertState>;

const MODEL = 'model:';

/** Where an alert stands at a time. */
function standingOf(alert: Alert, now: Date): AlertStanding {
  if (alert.phase === 'resolved') return 'resolved';
  if (isSilent(alert, now)) return 'silenced';
  return alert.acknowledgedBy === '' ? 'open' : 'acknowledged';
}

/** An alert as the contracts have it, at a time. */
export function toAlert(alert: Alert, now: Date): wire.Alert {
  const { alertId, incidentId, kind, subject, measure, segment, summary, value, bound } = alert;
  return wire.Alert.fromPartial({
    ...{ alertId, incidentId, kind, subject, measure, segment, summary, value, bound },
    severity: rankOf(alert.severity),
    state: STATES[standingOf(alert, now)],
    startedAt: alert.since,
    resolvedAt: alert.resolvedAt,
    lastSeenAt: alert.lastSeenAt,
    likelyCause: alert.likelyCause,
    owner: alert.owner,
    runbook: alert.runbook,
    acknowledgedBy: alert.acknowledgedBy,
    note: alert.note,
    silencedUntil: alert.silencedUntil,
    ...(subject.startsWith(MODEL) ? { model: { name: subject.slice(MODEL.length), version: alert.version } } : {}),
  });
}

/** A standing that is asked for; undefined for any. */
export function standingFromWire(state: wire.AlertState): AlertStanding | undefined {
  return (Object.keys(STATES) as AlertStanding[]).find((standing) => STATES[standing] === state);
}
