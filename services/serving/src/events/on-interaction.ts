import { strengthOf, TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { DeliveredRecord, HandleContext } from '@attune/event-log';
import { foldRecentChanges } from '../domain/recent-changes';
import { foldSeenChanges, happenedAt, type UserEvent } from '../domain/seen-changes';
import type { PopularityCounter } from '../ports';
import { interactionsLearned } from '../telemetry';
import type { Click, OutcomeCounter } from '../use-cases/count-canary-outcomes';
import type { ForgottenUsers, RecentsWriter, SeenItemsWriter } from '../user-ports';

/** What the consumer writes to. */
export interface OnInteractionParts {
  readonly seenItems: SeenItemsWriter;
  readonly recents: RecentsWriter;
  readonly popularity: PopularityCounter;
  readonly forgotten: Pick<ForgottenUsers, 'without'>;
  readonly outcomes: Pick<OutcomeCounter, 'clicks'>;
  /** Drops what this process keeps of the users. */
  readonly forget: (userIds: Iterable<string>) => void;
}

/**
 * Makes the consumer of `interactions.v1`: what users have seen, hidden and liked lately, and what is popular. A batch that comes again
 * changes nothing.
 */
export function makeOnInteraction({ seenItems, recents, popularity, forgotten, outcomes, forget }: OnInteractionParts) {
  return async function onInteraction(
    batch: readonly DeliveredRecord[],
    context: Pick<HandleContext, 'partition' | 'deadLetter'>,
  ): Promise<void> {
    const decoded: UserEvent[] = [];
    for (const record of batch) {
      const event = decode(record);
      if (event instanceof AppError) await context.deadLetter(record, event);
      else decoded.push(event);
    }
    const events = await forgotten.without(decoded, happenedAt);
    await Promise.all([
      seenItems.apply(foldSeenChanges(events)),
      recents.apply(foldRecentChanges(events, strengthOf)),
      popularity.record(context.partition, events),
      outcomes.clicks(clicksOf(events)),
    ]);
    forget(new Set(events.map(({ userId }) => userId)));
    interactionsLearned(events.length);
  };
}

/** What speaks for a slate: something positive that names it. */
function clicksOf(events: readonly UserEvent[]): readonly Click[] {
  return events.flatMap(({ userId, decisionId, type, value }) =>
    decisionId && strengthOf(type, value) > 0 ? [{ userId, decisionId }] : [],
  );
}

function decode({ value, appendedAt }: DeliveredRecord): UserEvent | AppError {
  try {
    const { interaction, acceptedAt } = TOPIC_CODECS.interactions.decode(value);
    if (interaction?.eventId && interaction.userId && interaction.itemId && acceptedAt)
      return { ...interaction, acceptedAt, appendedAt };
    return new AppError('invalid.event', 'the record has no event id, user, item or time of acceptance');
  } catch (cause) {
    return new AppError('invalid.event', 'the record is not an InteractionRecorded', { cause });
  }
}
