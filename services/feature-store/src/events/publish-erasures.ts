import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import { appendReceipt } from '@attune/kit';
import type { Privacy } from '@attune/privacy';
import type { ErasurePublisher } from '../erasure-ports';

/** Appends what is asked of every service to `erasures.v1`, and this service's own receipts to `erasure-receipts.v1`. */
export function publishErasures(
  eventLog: Pick<EventLog, 'append'>,
  privacy: Pick<Privacy, 'signReceipt'>,
): ErasurePublisher {
  return {
    request: async ({ erasureId, userId, requestedAt, datasetIds }, { signal } = {}) => {
      const message = { erasureId, userId, requestedAt, datasetIds: [...datasetIds] };
      const value = TOPIC_CODECS.erasures.encode(message).finish();
      await eventLog.append(TOPICS.erasures.name, [{ key: userId, value }], signal === undefined ? {} : { signal });
    },
    done: (facts, { signal } = {}) =>
      appendReceipt({ eventLog, privacy }, facts, signal === undefined ? {} : { signal }),
  };
}
