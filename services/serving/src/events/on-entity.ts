import { TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { DeliveredRecord, HandleContext } from '@attune/event-log';
import { type ConsentChange, refusedBy } from '../domain/consent';
import type { ConsentKeeper, ForgottenUsers } from '../ports';

/** What the consumer writes to. */
export interface OnEntityParts {
  readonly consents: Pick<ConsentKeeper, 'apply'>;
  readonly forgotten: Pick<ForgottenUsers, 'without'>;
  /** Drops what this process keeps of the users. */
  readonly forget: (userIds: Iterable<string>) => void;
  /** Resolves when no replica can act any more on what it read before the call. */
  readonly untilOthersForget: (signal: AbortSignal) => Promise<void>;
}

/**
 * Makes the consumer of `entities.v1`: what users refuse. Items and follows are passed over. The position moves when every
 * replica respects the refusals of the batch, and whoever wrote them may wait for that. A batch that comes again changes nothing.
 */
export function makeOnEntity({ consents, forgotten, forget, untilOthersForget }: OnEntityParts) {
  return async function onEntity(
    batch: readonly DeliveredRecord[],
    context: Pick<HandleContext, 'signal' | 'deadLetter'>,
  ): Promise<void> {
    const decoded: ConsentChange[] = [];
    for (const record of batch) {
      const change = decode(record);
      if (change instanceof AppError) await context.deadLetter(record, change);
      else if (change !== undefined) decoded.push(change);
    }
    const changes = await forgotten.without(decoded, ({ acceptedAt }) => acceptedAt);
    await consents.apply(changes);
    forget(changes.map(({ userId }) => userId));
    // Also when the batch came before: whoever wrote it then may not have lived to wait.
    if (changes.some(({ refused }) => refused.length > 0)) await untilOthersForget(context.signal);
  };
}

function decode({ value }: DeliveredRecord): ConsentChange | AppError | undefined {
  try {
    const { eventId, acceptedAt, entity } = TOPIC_CODECS.entities.decode(value);
    if (entity?.$case !== 'user') return undefined;
    const { userId, consent } = entity.value;
    if (eventId && userId && acceptedAt) return { userId, eventId, acceptedAt, refused: refusedBy(consent) };
    return new AppError('invalid.event', 'the record has no event id, user or time of acceptance');
  } catch (cause) {
    return new AppError('invalid.event', 'the record is not an EntityChanged', { cause });
  }
}
