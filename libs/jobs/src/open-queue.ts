import { AppError } from '@attune/errors';
import { closeRedis, openRedis, unavailableFromRedis } from '@attune/redis';
import { type JobState as BullState, type Job, Queue } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';
import type { CancelOutcome, JobCounts, JobQueue, JobState } from './job-queue';
import { watchDepth } from './job-telemetry';
import { bullJobId, bullPrefix, cancelChannel, cancelledKey, ID_KEPT_SECONDS, type QueueName } from './queue-keys';

/** Which queue, where, and how often a failing job is tried. */
export interface QueueOptions extends QueueName {
  readonly redisUrl: string;
  /** Runs of a job that fails with an error worth a retry, the first one included. Default 3. */
  readonly attempts?: number;
  /** Pause before the second attempt; each further pause is twice as long. Default 1000. */
  readonly backoffMs?: number;
  readonly logger?: { warn(details: object, message: string): void; info(details: object, message: string): void };
}

/** Opens the queue for those who add and cancel jobs; `startWorker` runs them. */
export function openQueue<Data>(options: QueueOptions): JobQueue<Data> {
  const { redisUrl: url, name, attempts = 3, backoffMs = 1_000, logger } = options;
  const redis = openRedis({ url, keyPrefix: '', connectionName: `queue ${name}`, logger });
  const queue = new Queue(name, {
    connection: redis,
    prefix: bullPrefix(options),
    telemetry: new BullMQOtel({ tracerName: 'attune.jobs' }),
    defaultJobOptions: {
      attempts,
      backoff: { type: 'exponential', delay: backoffMs },
      removeOnComplete: { age: ID_KEPT_SECONDS },
      removeOnFail: { age: ID_KEPT_SECONDS },
    },
  });
  queue.on('error', (error) => logger?.warn({ err: error, queue: name }, 'the job queue had an error'));
  const guarded = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((error) => {
      throw unavailableFromRedis(error);
    });
  const stopWatching = watchDepth(name, () => counts(queue));
  return {
    add: (id, data) => guarded(() => add(queue, id, data)),
    cancel: (id) => guarded(() => cancel(queue, options, redis, id)),
    state: (id) => guarded(async () => stateOf(await queue.getJobState(bullJobId(id)))),
    counts: () => guarded(() => counts(queue)),
    [Symbol.asyncDispose]: async () => {
      stopWatching();
      await queue.close();
      await closeRedis(redis);
    },
  };
}

async function add(queue: Queue, id: string, data: unknown): Promise<void> {
  if (data === undefined) throw new AppError('invalid.job_data', 'the data of a job must be JSON');
  await queue.add(queue.name, { data }, { jobId: bullJobId(id) });
}

type Publisher = ReturnType<typeof openRedis>;

async function cancel(queue: Queue, name: QueueName, redis: Publisher, id: string): Promise<CancelOutcome> {
  const job: Job | undefined = await queue.getJob(bullJobId(id));
  const state = job === undefined ? 'unknown' : stateOf(await job.getState());
  if (state === 'completed' || state === 'failed') return 'finished';
  // marked before anything else: a worker that takes the job at this moment finds the mark, or hears the announcement
  await redis.set(cancelledKey(name, id), '1', 'EX', ID_KEPT_SECONDS);
  if (job === undefined) return 'unknown';
  if (state !== 'active' && (await removed(job))) return 'removed';
  await redis.publish(cancelChannel(name), id);
  return 'aborting';
}

// false when a worker took the job in the meantime: BullMQ refuses to remove what is locked
async function removed(job: Job): Promise<boolean> {
  try {
    await job.remove();
    return true;
  } catch (error) {
    if (unavailableFromRedis(error) !== error) throw error;
    return false;
  }
}

function stateOf(state: BullState | 'unknown'): JobState {
  if (state === 'active' || state === 'completed' || state === 'failed' || state === 'delayed') return state;
  return state === 'unknown' ? 'unknown' : 'waiting';
}

async function counts(queue: Queue): Promise<JobCounts> {
  const found = await queue.getJobCounts('waiting', 'delayed', 'active', 'completed', 'failed');
  const of = (state: string) => found[state] ?? 0;
  return {
    waiting: of('waiting'),
    delayed: of('delayed'),
    active: of('active'),
    completed: of('completed'),
    failed: of('failed'),
  };
}
