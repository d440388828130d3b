import { AppError, isAppError, ruleOf, toAppError } from '@attune/errors';
import { type Job, UnrecoverableError, WaitingError, type Worker } from 'bullmq';
import type { ActiveJobs } from './active-jobs';
import { jobRan } from './job-telemetry';
import type { JobWorkerOptions } from './job-worker';
import { idOf } from './queue-keys';

/** What a processor needs besides the job. */
export interface ProcessorParts<Data> {
  readonly options: JobWorkerOptions<Data>;
  readonly active: ActiveJobs;
  /** Aborted when the grace of a stopping worker is over. */
  readonly stopping: AbortSignal;
  nextToken(): Promise<number>;
}

/** The function that BullMQ calls for a job that this worker holds the lock of. */
export function makeProcessor<Data>({ options, active, nextToken, stopping }: ProcessorParts<Data>) {
  return async (job: Job<{ readonly data: Data }>, lockToken?: string): Promise<void> => {
    const id = idOf(job.id!);
    const signal = await active.begin(id);
    const startedAtMs = performance.now();
    try {
      signal.throwIfAborted();
      const fencingToken = await nextToken();
      await options.run({ id, data: job.data.data, signal, attempt: job.attemptsStarted, fencingToken });
      jobRan(options.name, startedAtMs);
    } catch (error) {
      jobRan(options.name, startedAtMs, signal.reason ?? error);
      if (stopping.aborted && !isAppError(signal.reason, 'cancelled')) {
        await job.moveToWait(lockToken);
        throw new WaitingError();
      }
      // whatever a run throws once it was cancelled, it failed because it was cancelled
      throw forBullMq(isAppError(signal.reason, 'cancelled') ? signal.reason : error);
    } finally {
      active.end(id, signal);
    }
  };
}

/** Errors that the fleet's table does not retry, and cancellations, end the job; the others wait for their next attempt. */
function forBullMq(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const isFinal = error.code.startsWith('cancelled.') || ruleOf(error.code).onConsume === 'dead_letter';
  return isFinal ? Object.assign(new UnrecoverableError(error.message), { cause: error }) : error;
}

/** Calls `onFailed` for each job that failed for good. Returns the calls under way, for `stop` to wait for. */
export function reportFailure<Data>(worker: Worker, { onFailed, logger, name }: JobWorkerOptions<Data>) {
  const underWay = new Set<Promise<void>>();
  worker.on('failed', (job: Job<{ readonly data: Data }> | undefined, error) => {
    if (job?.id === undefined) return;
    const id = idOf(job.id);
    const isFinal = job.finishedOn !== undefined;
    logger?.warn({ err: error, queue: name, jobId: id, attempt: job.attemptsMade, isFinal }, 'a job failed');
    if (!isFinal || onFailed === undefined) return;
    const report = onFailed({ id, data: job.data.data }, asAppError(error))
      .catch((cause) => logger?.error({ err: cause, queue: name, jobId: id }, 'the failure of a job was not recorded'))
      .then(() => void underWay.delete(report));
    underWay.add(report);
  });
  return underWay;
}

function asAppError(error: Error): AppError {
  if (error.cause instanceof AppError) return error.cause;
  if (error instanceof UnrecoverableError) {
    return new AppError('internal.job_lost', 'the processes that ran this job died again and again', { cause: error });
  }
  return toAppError(error);
}
