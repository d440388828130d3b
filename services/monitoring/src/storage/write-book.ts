import type { Tx } from '@attune/postgres';
import type { BookChange } from '../domain/alerts/alert-book';
import { alertValues } from './alert-rows';

/** Writes a change of the book within its transaction: alerts, incidents, silences, what happened, and what is to be told. */
export async function writeBook(tx: Tx, changed: BookChange, now: Date): Promise<void> {
  if (changed.droppedAlertIds.length > 0) {
    await tx.query('DELETE FROM alerts WHERE alert_id = ANY ($1)', [changed.droppedAlertIds]);
  }
  for (const alert of changed.alerts) {
    await tx.query(
      `INSERT INTO alerts (alert_id, alert_key, incident_id, phase, subject, severity_rank, first_seen_at, opened_at,
         resolved_at, silenced_until, is_acknowledged, alert)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
       ON CONFLICT (alert_id) DO UPDATE SET incident_id = excluded.incident_id, phase = excluded.phase,
         severity_rank = excluded.severity_rank, opened_at = excluded.opened_at, resolved_at = excluded.resolved_at,
         silenced_until = excluded.silenced_until, is_acknowledged = excluded.is_acknowledged, alert = excluded.alert`,
      alertValues(alert),
    );
  }
  for (const incident of changed.incidents) {
    await tx.query(
      `INSERT INTO incidents (incident_id, last_joined_at, resolved_at, incident) VALUES ($1, $2, $3, $4)
       ON CONFLICT (incident_id) DO UPDATE SET last_joined_at = excluded.last_joined_at,
         resolved_at = excluded.resolved_at, incident = excluded.incident`,
      [incident.incidentId, incident.lastJoinedAt, incident.resolvedAt ?? null, JSON.stringify(incident)],
    );
  }
  for (const one of changed.silences) {
    await tx.query(
      `INSERT INTO silences (silence_id, subject, kind, measure, from_at, until_at, actor, reason)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (silence_id) DO UPDATE SET until_at = excluded.until_at`,
      [one.silenceId, one.subject, one.kind, one.measure, one.from, one.until, one.actor, one.reason],
    );
  }
  await append(tx, changed, now);
}

async function append(tx: Tx, { changes, deliveries }: BookChange, now: Date): Promise<void> {
  for (const { change, alert } of changes) {
    await tx.query('INSERT INTO alert_changes (event_id, change, changed_at, alert) VALUES ($1, $2, $3, $4)', [
      ...[`${alert.alertId}:${alert.changeCount}`, change, now, JSON.stringify(alert)],
    ]);
  }
  for (const delivery of deliveries) {
    await tx.query(
      `INSERT INTO deliveries (event_id, incident_id, delivery, created_at, next_attempt_at) VALUES ($1, $2, $3, $4, $4)`,
      [delivery.eventId, delivery.incidentId, JSON.stringify(delivery), now],
    );
  }
}
