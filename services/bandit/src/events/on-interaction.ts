import { TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { DeliveredRecord, HandleContext } from '@attune/event-log';
import type { DecidedInteraction } from '../domain/outcomes-of';

/** Makes the consumer of `interactions.v1`: what people did with what policies chose. A batch that comes again adds nothing. */
export function makeOnInteraction(attribute: (interactions: readonly DecidedInteraction[]) => Promise<void>) {
  return async function onInteraction(
    batch: readonly DeliveredRecord[],
    context: Pick<HandleContext, 'deadLetter'>,
  ): Promise<void> {
    const interactions: DecidedInteraction[] = [];
    for (const record of batch) {
      const decoded = decode(record);
      if (decoded instanceof AppError) await context.deadLetter(record, decoded);
      else if (decoded !== undefined) interactions.push(decoded);
    }
    if (interactions.length > 0) await attribute(interactions);
  };
}

/** Undefined for what no choice can learn from: flagged events, and those that name no decision. */
function decode({ value, appendedAt }: DeliveredRecord): DecidedInteraction | AppError | undefined {
  try {
    const { interaction, acceptedAt, flags } = TOPIC_CODECS.interactions.decode(value);
    if (!interaction?.eventId) return new AppError('invalid.event', 'the record has no event id');
    const { eventId, type, decisionId, occurredAt = acceptedAt ?? appendedAt } = interaction;
    return flags.length > 0 || decisionId === '' ? undefined : { eventId, decisionId, type, occurredAt };
  } catch (cause) {
    return new AppError('invalid.event', 'the record is not an InteractionRecorded', { cause });
  }
}
