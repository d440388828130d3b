import { TOPICS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { EventLog } from '@attune/event-log';
import type { ConsentReaders } from '../consent-ports';

const MAX_WAIT_MS = 2_000;

/**
 * The services that read `entities.v1`. A position of theirs moves when no process of the service acts any more on what it knew
 * before.
 */
export function consentReaders(eventLog: Pick<EventLog, 'handled'>, maxWaitMs: number = MAX_WAIT_MS): ConsentReaders {
  const { name, consumers } = TOPICS.entities;
  return {
    respect: async ({ signal: caller } = {}) => {
      const late = AbortSignal.timeout(maxWaitMs);
      const signal = caller === undefined ? late : AbortSignal.any([caller, late]);
      try {
        await Promise.all(consumers.map((group) => eventLog.handled(name, group, { signal })));
      } catch (cause) {
        if (caller?.aborted) throw cause;
        const message =
          'the change is stored and will apply, but not every service respects it yet: it is safe to send the call again, which is answered when all do';
        throw new AppError('unavailable.consent', message, { cause });
      }
    },
  };
}
