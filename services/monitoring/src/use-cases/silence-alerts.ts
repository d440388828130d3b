import type { AlertStore } from '../alert-book-ports';
import { putSilence } from '../domain/alerts/change-book';
import type { Silence } from '../domain/alerts/silence';
import type { Clock } from '../ports';
import type { BookRules } from './take-findings';

/** Silences alerts by what they match, and ends that. */
export function makeSilenceAlerts(parts: {
  readonly alerts: AlertStore;
  readonly rules: BookRules;
  readonly clock: Clock;
}) {
  const put = async (silence: Silence, now: Date): Promise<Silence> => {
    await parts.alerts.change(now, (book) => putSilence(book, silence, { now, ...parts.rules }));
    return silence;
  };
  return {
    create: (wanted: Omit<Silence, 'silenceId' | 'from'>): Promise<Silence> => {
      const now = parts.clock();
      return put({ ...wanted, silenceId: parts.rules.newId(), from: now }, now);
    },
    /** One that is over stays as it is. */
    end: async (silenceId: string): Promise<Silence> => {
      const now = parts.clock();
      const silence = await parts.alerts.silence(silenceId);
      return silence.until <= now ? silence : put({ ...silence, until: now }, now);
    },
  };
}
