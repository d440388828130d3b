import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { DeliveredRecord, EventLog, Subscription } from '@attune/event-log';
import { type Privacy, verifyReceipt } from '@attune/privacy';
import type { ErasureReceipt, Erasures } from '../erasure-ports';
import { decodeOrBury } from './decode-or-bury';

interface Needs {
  readonly eventLog: EventLog;
  readonly group: string;
  readonly erasures: Pick<Erasures, 'addReceipt'>;
  readonly publicKey: Privacy['publicKey'];
}

/** Consumes `erasure-receipts.v1`: keeps the receipts of every service. */
export function onErasureDone({ eventLog, group, erasures, publicKey }: Needs): Promise<Subscription> {
  return eventLog.subscribe({
    topic: TOPICS.erasureReceipts.name,
    group,
    handle: async (batch, context) => {
      const receipts = await decodeOrBury(batch, context, (record) => decode(record, publicKey));
      for (const receipt of receipts) await erasures.addReceipt(receipt);
    },
  });
}

/** What counts is what was signed: the rest of the record repeats it. */
function decode({ value }: DeliveredRecord, publicKey: string): ErasureReceipt {
  const { receipt } = TOPIC_CODECS.erasureReceipts.decode(value);
  const { erasureId, service, erasedCounts, doneAt } = verifyReceipt(receipt, publicKey);
  if (Number.isNaN(doneAt.getTime())) throw new AppError('invalid.event', 'the receipt does not say when it was done');
  return { erasureId, service, erasedCounts, doneAt, receipt };
}
