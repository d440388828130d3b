import { type JobState, type JobWorker, openQueue, startWorker } from '@attune/jobs';
import type { Logger } from '@attune/telemetry';
import type { Clock } from '../ports';
import { factorUpdateFailed } from '../telemetry';
import type { FactorUpdates, UpdateQueue } from '../update-ports';
import type { makeRunFactorUpdate } from '../use-cases/run-factor-update';

const QUEUE_NAME = 'factor-updates';

/** A round that is not done by then goes back into the queue. */
const STOP_GRACE_MS = 3_000;

interface QueueOptions {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly logger: Logger;
}

/** The queue of rounds of learning; the job's id is the round's. */
export function openUpdateQueue(
  options: QueueOptions,
): UpdateQueue & { state(updateId: string): Promise<JobState> } & AsyncDisposable {
  const queue = openQueue<{ updateId: string }>({ ...options, name: QUEUE_NAME });
  return {
    add: (updateId) => queue.add(updateId, { updateId }),
    state: (updateId) => queue.state(updateId),
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  };
}

/** Executes rounds, one at a time; what one that fails for good was to learn waits for the next. */
export function startUpdateWorker(
  options: QueueOptions & {
    readonly runFactorUpdate: ReturnType<typeof makeRunFactorUpdate>;
    readonly updates: Pick<FactorUpdates, 'end'>;
    readonly clock: Clock;
  },
): Promise<JobWorker> {
  const { runFactorUpdate, updates, clock, ...rest } = options;
  return startWorker<{ updateId: string }>({
    ...rest,
    name: QUEUE_NAME,
    concurrency: 1,
    graceMs: STOP_GRACE_MS,
    run: ({ data, signal }) => runFactorUpdate(data.updateId, { signal }),
    onFailed: async ({ data }, { code, message }) => {
      await updates.end(data.updateId, 'failed', clock(), { code, message });
      factorUpdateFailed();
    },
  });
}
