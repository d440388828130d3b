import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { DeliveredRecord, EventLog, Subscription } from '@attune/event-log';
import type { AskedErasure, makeConfirmErasure } from '../use-cases/confirm-erasure';
import { decodeOrBury } from './decode-or-bury';

interface Needs {
  readonly eventLog: EventLog;
  readonly group: string;
  readonly confirmErasure: ReturnType<typeof makeConfirmErasure>;
}

/** Consumes `erasures.v1`: says that this service has erased a user. */
export function onErasure({ eventLog, group, confirmErasure }: Needs): Promise<Subscription> {
  return eventLog.subscribe({
    topic: TOPICS.erasures.name,
    group,
    handle: async (batch, context) => {
      const asked = await decodeOrBury(batch, context, decode);
      for (const erasure of asked) await confirmErasure(erasure, { signal: context.signal });
    },
  });
}

function decode({ value }: DeliveredRecord): AskedErasure {
  const { erasureId, userId } = TOPIC_CODECS.erasures.decode(value);
  if (erasureId !== '' && userId !== '') return { erasureId, userId };
  throw new AppError('invalid.event', 'the record names no erasure or no user');
}
