import type { Logger } from '@attune/telemetry';
import type { DueDelivery } from '../alert-book-ports';
import { incidentDelivered } from '../alert-telemetry';
import type { Delivery } from '../domain/alerts/alert-book';
import type { Severity } from '../domain/finding';

const LEVELS = { info: 'info', ticket: 'warn', page: 'error' } as const satisfies Record<Severity, string>;

/** Puts an incident into the log, as loud as it is. */
export function logIncident(logger: Logger) {
  return ({ incidentId, reason, alerts }: Delivery): void => {
    const [first] = alerts;
    if (first === undefined) return;
    const { kind, subject, measure, segment, since, likelyCause, runbook, owner } = first;
    const facts = { incidentId, reason, kind, subject, measure, segment, since, likelyCause, runbook, owner };
    const level = reason === 'resolved' ? 'info' : LEVELS[first.severity];
    logger[level](
      { ...facts, alertCount: alerts.length },
      reason === 'resolved' ? `over: ${first.summary}` : first.summary,
    );
  };
}

/** Puts into the log that people could not be told. */
export function logFailure(logger: Logger) {
  return ({ delivery, attempts }: DueDelivery, err: unknown, hasGivenUp: boolean): void => {
    incidentDelivered(hasGivenUp ? 'given_up' : 'failed');
    const then = hasGivenUp ? 'it is given up' : 'it is tried again';
    logger.warn({ err, incidentId: delivery.incidentId, attempts }, `the webhook was not told of an incident; ${then}`);
  };
}
