import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import type { Privacy } from '@attune/privacy';
import type { ErasurePublisher } from '../ports';

const SERVICE = 'training';

/** Appends signed receipts to `erasure-receipts.v1`. Equal outcomes give equal receipts, so one that comes twice is one. */
export function publishErasureDone(
  eventLog: Pick<EventLog, 'append'>,
  { userKeyOf, signReceipt }: Pick<Privacy, 'userKeyOf' | 'signReceipt'>,
): ErasurePublisher {
  return {
    publish: async ({ erasureId, userId }, { erasedCounts, doneAt }) => {
      const facts = { erasureId, service: SERVICE, erasedCounts: { ...erasedCounts }, doneAt };
      const receipt = Buffer.from(signReceipt({ ...facts, userKey: userKeyOf(userId) }));
      const value = TOPIC_CODECS.erasureReceipts.encode({ ...facts, receipt }).finish();
      await eventLog.append(TOPICS.erasureReceipts.name, [{ key: erasureId, value }]);
    },
  };
}
