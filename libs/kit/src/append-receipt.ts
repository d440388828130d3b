import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import type { Privacy } from '@attune/privacy';

/** What a service has erased of a user, named by keyed hash alone. */
export interface ErasedFacts {
  readonly erasureId: string;
  readonly service: string;
  readonly userKey: string;
  readonly erasedCounts: Readonly<Record<string, number>>;
  readonly doneAt: Date;
}

/**
 * Signs what a service has erased and appends the receipt to `erasure-receipts.v1`. Equal facts give equal receipts, so one that
 * comes twice is one.
 */
export async function appendReceipt(
  to: { readonly eventLog: Pick<EventLog, 'append'>; readonly privacy: Pick<Privacy, 'signReceipt'> },
  { userKey, ...facts }: ErasedFacts,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const told = { ...facts, erasedCounts: { ...facts.erasedCounts } };
  const receipt = Buffer.from(to.privacy.signReceipt({ ...told, userKey }));
  const value = TOPIC_CODECS.erasureReceipts.encode({ ...told, receipt }).finish();
  await to.eventLog.append(TOPICS.erasureReceipts.name, [{ key: facts.erasureId, value }], options);
}
