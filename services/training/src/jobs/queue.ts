import { type JobQueue, type JobWorker, openQueue, startWorker } from '@attune/jobs';
import type { Logger } from '@attune/telemetry';
import type { Clock, RunQueue, RunStore } from '../ports';
import type { makeExecuteRun } from '../use-cases/execute-run';

const QUEUE_NAME = 'training-runs';

/** A training that is not done by then goes back into the queue, so that a stop takes seconds. */
const STOP_GRACE_MS = 3_000;

interface QueueOptions {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly logger: Logger;
}

/** The queue of runs; the job's id is the run's. */
export function openRunQueue(options: QueueOptions): RunQueue & AsyncDisposable {
  const queue: JobQueue<{ runId: string }> = openQueue({ ...options, name: QUEUE_NAME });
  return {
    add: (runId) => queue.add(runId, { runId }),
    cancel: async (runId) => void (await queue.cancel(runId)),
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  };
}

/** Executes queued runs; a run whose job fails for good is marked as failed. */
export function startRunWorker(
  options: QueueOptions & {
    readonly concurrency: number;
    readonly executeRun: ReturnType<typeof makeExecuteRun>;
    readonly runs: RunStore;
    readonly clock: Clock;
  },
): Promise<JobWorker> {
  const { executeRun, runs, clock, ...rest } = options;
  return startWorker<{ runId: string }>({
    ...rest,
    name: QUEUE_NAME,
    graceMs: STOP_GRACE_MS,
    run: ({ data, fencingToken, signal }) => executeRun(data.runId, { fencingToken, signal }),
    onFailed: ({ data }, error) => runs.abandon(data.runId, { code: error.code, message: error.message }, clock()),
  });
}
