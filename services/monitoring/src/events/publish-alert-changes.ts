import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import type { AlertStore } from '../alert-book-ports';
import { toAlert } from '../alert-message';
import type { Clock } from '../ports';

/** Publishes to `alerts.v1` what happened to alerts, in order and at least once: an outage between the two loses nothing. */
export function makePublishAlertChanges(ports: {
  readonly alerts: Pick<AlertStore, 'publishPending'>;
  readonly eventLog: Pick<EventLog, 'append'>;
  readonly clock: Clock;
}) {
  return (): Promise<number> =>
    ports.alerts.publishPending(async (changes) => {
      const records = changes.map(({ eventId, alert, changedAt }) => ({
        key: alert.subject,
        value: TOPIC_CODECS.alerts.encode({ eventId, alert: toAlert(alert, changedAt), changedAt }).finish(),
      }));
      await ports.eventLog.append(TOPICS.alerts.name, records);
    }, ports.clock());
}
