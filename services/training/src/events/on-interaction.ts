import { interactionType, TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { DeliveredRecord, HandleContext } from '@attune/event-log';
import type { NewInteraction } from '../domain/factor-update';

/** Makes the consumer of `interactions.v1`: what models learn from between two trainings. A batch that comes again adds nothing. */
export function makeOnInteraction(takeIn: (interactions: readonly NewInteraction[]) => Promise<void>) {
  return async function onInteraction(
    batch: readonly DeliveredRecord[],
    context: Pick<HandleContext, 'deadLetter'>,
  ): Promise<void> {
    const interactions: NewInteraction[] = [];
    for (const record of batch) {
      const decoded = decode(record);
      if (decoded instanceof AppError) await context.deadLetter(record, decoded);
      else if (decoded !== undefined) interactions.push(decoded);
    }
    if (interactions.length > 0) await takeIn(interactions);
  };
}

/** Undefined for what no model learns from: flagged events, and those that neither speak for an item nor against it. */
function decode({ value }: DeliveredRecord): NewInteraction | AppError | undefined {
  try {
    const { interaction, acceptedAt, flags } = TOPIC_CODECS.interactions.decode(value);
    if (!interaction?.eventId || !interaction.userId || !interaction.itemId || acceptedAt === undefined) {
      return new AppError('invalid.event', 'the record has no event id, user, item or time of acceptance');
    }
    const { eventId, userId, itemId, type, occurredAt = acceptedAt } = interaction;
    if (flags.length > 0 || !speaks(type)) return undefined;
    const valued = interaction.value === undefined ? {} : { value: interaction.value };
    return { eventId, userId, itemId, type, ...valued, occurredAt, acceptedAt };
  } catch (cause) {
    return new AppError('invalid.event', 'the record is not an InteractionRecorded', { cause });
  }
}

// taking a hide back says nothing by itself, and everything beside the hide
const speaks = (type: string) => type === 'unhide' || (interactionType(type)?.polarity ?? 'neutral') !== 'neutral';
