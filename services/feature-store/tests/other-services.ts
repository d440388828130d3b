import { type events, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import { DEVELOPMENT_SECRET, openPrivacy } from '@attune/privacy';

const OTHERS = TOPICS.erasures.consumers.filter((service) => service !== 'feature-store');
const { userKeyOf, signReceipt } = openPrivacy(DEVELOPMENT_SECRET);

/** Every other service that holds something of users, as far as an erasure sees it: it answers each request with a signed receipt. */
export async function otherServices(log: EventLog) {
  const asked: events.ErasureRequested[] = [];
  const subscriptions = OTHERS.map((service) =>
    log.subscribe({
      topic: TOPICS.erasures.name,
      group: service,
      handle: async (batch) => {
        for (const { value } of batch) {
          const { erasureId, userId } = TOPIC_CODECS.erasures.decode(value);
          if (service === 'training') asked.push(TOPIC_CODECS.erasures.decode(value));
          const facts = { erasureId, service, erasedCounts: { things: 1 }, doneAt: new Date() };
          const receipt = Buffer.from(signReceipt({ ...facts, userKey: userKeyOf(userId) }));
          const told = TOPIC_CODECS.erasureReceipts.encode({ ...facts, receipt }).finish();
          await log.append(TOPICS.erasureReceipts.name, [{ key: erasureId, value: told }]);
        }
      },
    }),
  );
  const running = await Promise.all(subscriptions);
  return {
    asked,
    [Symbol.asyncDispose]: async () => {
      for (const one of running) await one[Symbol.asyncDispose]();
    },
  };
}
