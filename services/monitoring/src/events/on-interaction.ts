import { strengthOf, TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type DeliveredRecord, decodeRecords, type HandleContext } from '@attune/event-log';
import type { OutcomeFact } from '../domain/facts';
import type { FactBatch } from '../fact-ports';

/** Makes the consumer of `interactions.v1`. Flagged events are left out: what is odd about them would be read as a change. */
export function makeOnInteraction(takeIn: (batch: FactBatch) => Promise<void>, userKeyOf: (userId: string) => string) {
  return async (batch: readonly DeliveredRecord[], context: Pick<HandleContext, 'deadLetter'>): Promise<void> => {
    await takeIn({ outcomes: await decodeRecords(batch, context, (record) => decode(record, userKeyOf)) });
  };
}

function decode({ value }: DeliveredRecord, userKeyOf: (userId: string) => string): OutcomeFact | AppError | undefined {
  const { interaction, acceptedAt, flags } = TOPIC_CODECS.interactions.decode(value);
  if (!interaction?.eventId || !interaction.userId || acceptedAt === undefined) {
    return new AppError('invalid.event', 'the record has no event id, user or time of acceptance');
  }
  if (flags.length > 0) return undefined;
  const { eventId, userId, itemId, type, decisionId, occurredAt = acceptedAt } = interaction;
  return {
    ...{ eventId, type, itemId },
    userKey: userKeyOf(userId),
    at: occurredAt,
    knownFrom: new Date(Math.min(occurredAt.getTime(), acceptedAt.getTime())),
    isWelcome: strengthOf(type, interaction.value) > 0,
    ...(decisionId === '' ? {} : { decisionId }),
  };
}
