import { createHash } from 'node:crypto';
import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import type { ExposurePublisher } from '../ports';

/** Publishes exposures to `exposures.v1`, keyed by unit. The same unit, experiment, variant and day give the same event id. */
export function publishExposures(
  eventLog: Pick<EventLog, 'append'>,
  userKeyOf: (userId: string) => string,
): ExposurePublisher {
  return {
    publish: async (exposures) => {
      const records = exposures.map(({ unitId, experimentId, variant, at, attributes }) => {
        const day = at.toISOString().slice(0, 10);
        const parts = [userKeyOf(unitId), experimentId, variant, day].join('\n');
        const eventId = createHash('sha256').update(parts).digest('hex').slice(0, 32);
        const event = { eventId, unitId, experimentId, variant, exposedAt: at, attributes: { ...attributes } };
        return { key: unitId, value: TOPIC_CODECS.exposures.encode(event).finish() };
      });
      await eventLog.append(TOPICS.exposures.name, records);
    },
  };
}
