import type { AlertStore } from '../alert-book-ports';
import { alertsChanged } from '../alert-telemetry';
import type { BookChange, BookTerms, Round } from '../domain/alerts/alert-book';
import { takeRound } from '../domain/alerts/take-round';
import type { Clock } from '../ports';

/** What the book is told from outside. */
export type BookRules = Pick<BookTerms, 'newId' | 'ownerOf'>;

/** Takes what a round of detection found into the book of alerts. */
export function makeTakeFindings(parts: {
  readonly alerts: AlertStore;
  readonly rules: BookRules;
  readonly clock: Clock;
}) {
  return async (round: Round): Promise<BookChange> => {
    const now = parts.clock();
    const changed = await parts.alerts.change(now, (book) => takeRound(book, round, { now, ...parts.rules }));
    alertsChanged(changed);
    return changed;
  };
}
