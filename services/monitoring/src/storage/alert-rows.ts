import { type Alert, keyText, rankOf } from '../domain/alerts/alert';
import type { Delivery } from '../domain/alerts/alert-book';
import type { Incident } from '../domain/alerts/incident';
import type { Silence } from '../domain/alerts/silence';

const TIMES = [
  ...['since', 'firstSeenAt', 'lastSeenAt', 'openedAt', 'resolvedAt', 'ownSilenceUntil', 'silencedUntil'],
  ...['lastJoinedAt', 'at'],
];

/** What JSON made of times, as times again. */
function revived<T>(json: object): T {
  const entries = Object.entries(json).map(([key, value]) => [
    key,
    TIMES.includes(key) && typeof value === 'string' ? new Date(value) : value,
  ]);
  return Object.fromEntries(entries) as T;
}

/** An alert from its row. */
export function alertFromJson(json: object): Alert {
  return revived<Alert>(json);
}

/** An incident from its row. */
export function incidentFromJson(json: object): Incident {
  return revived<Incident>(json);
}

/** A delivery from its row. */
export function deliveryFromJson(json: { readonly alerts: readonly object[] }): Delivery {
  return { ...revived<Delivery>(json), alerts: json.alerts.map(alertFromJson) };
}

/** The values of an alert's columns, in the order of the table. */
export function alertValues(alert: Alert): readonly unknown[] {
  return [
    ...[alert.alertId, keyText(alert), alert.incidentId, alert.phase, alert.subject, rankOf(alert.severity)],
    ...[alert.firstSeenAt, alert.openedAt ?? null, alert.resolvedAt ?? null, alert.silencedUntil ?? null],
    ...[alert.acknowledgedBy !== '', JSON.stringify(alert)],
  ];
}

/** A row of `silences`. */
export interface SilenceRow {
  readonly silence_id: string;
  readonly subject: string;
  readonly kind: string;
  readonly measure: string;
  readonly from_at: Date;
  readonly until_at: Date;
  readonly actor: string;
  readonly reason: string;
}

/** A silence from its row. */
export function silenceFromRow({ silence_id, from_at, until_at, ...rest }: SilenceRow): Silence {
  const { subject, kind, measure, actor, reason } = rest;
  return { silenceId: silence_id, subject, kind, measure, from: from_at, until: until_at, actor, reason };
}

/** A row of `alert_changes`. */
export interface ChangeRow {
  readonly sequence: string;
  readonly event_id: string;
  readonly change: string;
  readonly changed_at: Date;
  readonly alert: object;
}
