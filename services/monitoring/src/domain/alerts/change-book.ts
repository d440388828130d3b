import { AppError } from '@attune/errors';
import type { Alert } from './alert';
import type { AlertBook, BookChange, BookTerms } from './alert-book';
import { BookDraft } from './book-draft';
import type { Silence } from './silence';

/** Who takes care of an alert, and for how long nobody else should hear of it. */
export interface Acknowledgement {
  readonly alertId: string;
  readonly actor: string;
  readonly note: string;
  readonly silenceUntil?: Date;
}

/** Notes that somebody takes care of an alert, and silences it where that is asked for. */
export function acknowledge(book: AlertBook, what: Acknowledgement, terms: BookTerms): BookChange {
  const draft = new BookDraft(book, terms);
  const alert = openAlert(book, what.alertId);
  const { actor, note, silenceUntil } = what;
  draft.put(
    {
      ...alert,
      acknowledgedBy: actor,
      note: note === '' ? alert.note : note,
      ...(silenceUntil === undefined ? {} : { ownSilenceUntil: silenceUntil }),
    },
    'acknowledged',
  );
  return draft.finish();
}

/** Brings a silence to the alerts that match it. One that ends now brings back what it hid. */
export function putSilence(book: AlertBook, silence: Silence, terms: BookTerms): BookChange {
  const draft = new BookDraft(book, terms);
  draft.putSilence(silence);
  return draft.finish();
}

function openAlert(book: AlertBook, alertId: string): Alert {
  const found = book.alerts.find((alert) => alert.alertId === alertId && alert.phase !== 'pending');
  if (found === undefined) {
    throw new AppError('not_found.alert', `alert "${alertId}" is not open; ListAlerts shows those that are`);
  }
  if (found.phase === 'resolved') {
    throw new AppError(
      'failed_precondition.alert',
      `alert "${alertId}" is over: there is nothing left to take care of`,
    );
  }
  return found;
}
