import { meter } from '@attune/telemetry';
import type { BookChange } from './domain/alerts/alert-book';

const METER = meter('attune.monitoring');

const changes = METER.counter('attune.monitoring.alert_changes', {
  unit: '{change}',
  description: 'What happened to alerts, by what it was, kind and severity',
});
const deliveries = METER.counter('attune.monitoring.deliveries', {
  unit: '{delivery}',
  description: 'Incidents that people were told of, by how it went',
});
const rounds = METER.counter('attune.monitoring.detection_rounds', {
  unit: '{detector}',
  description: 'Detectors that looked at the series, by whether they could',
});

/** Alerts changed. */
export function alertsChanged({ changes: all }: Pick<BookChange, 'changes'>): void {
  for (const { change, alert } of all) changes.add(1, { change, kind: alert.kind, severity: alert.severity });
}

/** People were told of an incident, or could not be. */
export function incidentDelivered(outcome: 'delivered' | 'failed' | 'given_up'): void {
  deliveries.add(1, { outcome });
}

/** A detector looked at the series. */
export function detectorRan(detector: string, outcome: 'done' | 'failed'): void {
  rounds.add(1, { detector, outcome });
}
