import type { EventLog } from '@attune/event-log';
import { appendReceipt } from '@attune/kit';
import type { Privacy } from '@attune/privacy';
import type { ErasurePublisher } from '../fact-ports';

/** Appends this service's signed receipts to `erasure-receipts.v1`. */
export function publishErasureDone(
  eventLog: Pick<EventLog, 'append'>,
  privacy: Pick<Privacy, 'signReceipt'>,
): ErasurePublisher {
  return {
    publish: ({ erasureId, userKey }, outcome) =>
      appendReceipt({ eventLog, privacy }, { erasureId, service: 'monitoring', userKey, ...outcome }),
  };
}
