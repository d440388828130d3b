import type { AlertStore } from '../alert-book-ports';
import type { Alert } from '../domain/alerts/alert';
import { type Acknowledgement, acknowledge } from '../domain/alerts/change-book';
import type { Clock } from '../ports';
import type { BookRules } from './take-findings';

/** Notes that somebody takes care of an alert, and silences it where that is asked for. */
export function makeAcknowledgeAlert(parts: {
  readonly alerts: AlertStore;
  readonly rules: BookRules;
  readonly clock: Clock;
}) {
  return async (what: Acknowledgement): Promise<Alert> => {
    const now = parts.clock();
    const changed = await parts.alerts.change(now, (book) => acknowledge(book, what, { now, ...parts.rules }));
    return changed.alerts.find(({ alertId }) => alertId === what.alertId)!;
  };
}
