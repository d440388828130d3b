import { AppError } from '@attune/errors';
import { closeRedis, openRedis } from '@attune/redis';
import { Worker } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';
import { ActiveJobs } from './active-jobs';
import { nextFencingToken } from './fencing-token';
import type { JobWorker, JobWorkerOptions } from './job-worker';
import { makeProcessor, reportFailure } from './process-job';
import { bullPrefix, ID_KEPT_SECONDS, idOf } from './queue-keys';

/** How long an aborted run may take to end. One that does not is left to the worker that takes its job over. */
const ABORT_PATIENCE_MS = 5_000;

/** Starts to run the jobs of a queue; resolves when the worker is connected and hears cancellations. */
export async function startWorker<Data>(options: JobWorkerOptions<Data>): Promise<JobWorker> {
  const { redisUrl: url, name, logger, graceMs = 25_000, clock = () => new Date() } = options;
  // a worker waits for Redis however long it is away, instead of failing its jobs
  const connection = (role: string) =>
    openRedis({
      url,
      keyPrefix: '',
      connectionName: `${role} ${name}`,
      logger,
      options: { maxRetriesPerRequest: null },
    });
  const redis = connection('worker');
  const subscriber = connection('worker cancellations');
  const active = await ActiveJobs.listen(options, redis, subscriber);
  const stopping = new AbortController();
  const nextToken = () => nextFencingToken(redis, options, clock());
  const worker = new Worker(name, makeProcessor({ options, active, nextToken, stopping: stopping.signal }), {
    connection: redis,
    prefix: bullPrefix(options),
    concurrency: options.concurrency,
    lockDuration: options.lockMs ?? 30_000,
    stalledInterval: options.takeoverCheckMs ?? 15_000,
    maxStalledCount: options.maxTakeovers ?? 5,
    removeOnComplete: { age: ID_KEPT_SECONDS },
    removeOnFail: { age: ID_KEPT_SECONDS },
    telemetry: new BullMQOtel({ tracerName: 'attune.jobs' }),
  });
  worker.on('error', (error) => logger?.warn({ err: error, queue: name }, 'the job worker had an error'));
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const id of jobIds.map(idOf)) active.abort(id, new AppError('conflict.job', `job "${id}" was taken over`));
  });
  const reports = reportFailure(worker, options);
  await worker.waitUntilReady();
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    const timer = setTimeout(() => {
      stopping.abort();
      active.abortAll(new AppError('unavailable.worker', 'the worker is stopping; the job goes back into the queue'));
    }, graceMs);
    await Promise.race([worker.close(), afterMs(graceMs + ABORT_PATIENCE_MS)]);
    clearTimeout(timer);
    await Promise.all(reports);
    await worker.disconnect();
    await Promise.all([closeRedis(redis), closeRedis(subscriber)]);
  };
  return {
    get running() {
      return active.size;
    },
    stop: () => (stopped ??= stop()),
    [Symbol.asyncDispose]: () => (stopped ??= stop()),
  };
}

function afterMs(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs).unref();
  });
}
