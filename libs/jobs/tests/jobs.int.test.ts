import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { AppError } from '@attune/errors';
import { keyPrefixFor } from '@attune/redis';
import { useInfra } from '@attune/testkit';
import type { JobWorkerOptions, RunningJob } from '../src/job-worker';
import { openQueue } from '../src/open-queue';
import { startWorker } from '../src/start-worker';

const { redisUrl, namespace } = useInfra();
const prefix = keyPrefixFor(namespace, 'jobs');

let queues = 0;
/** A queue of its own, whose workers, started through it, record what they run and how jobs end. */
function aQueue({ attempts = 3 } = {}) {
  const name = `q${(queues += 1)}`;
  const queue = openQueue<{ readonly value: number }>({ redisUrl, prefix, name, attempts, backoffMs: 10 });
  const where = { redisUrl, prefix, name };
  return {
    queue,
    where,
    work: (run: Run, options: Partial<JobWorkerOptions<Data>> = {}) =>
      startWorker<Data>({ ...where, concurrency: 4, run, graceMs: 100, ...options }),
  };
}
type Data = { readonly value: number };
type Run = (job: RunningJob<Data>) => Promise<void>;

/** Resolves when the signal of a run aborts, and rejects with its reason, as well-behaved work does. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });

describe('jobs', () => {
  it('runs a job once although it was added three times with the same id', async () => {
    const { queue, work } = aQueue();
    await using _queue = queue;
    for (let time = 0; time < 3; time += 1) await queue.add('run:1', { value: time });
    await queue.add('last', { value: 9 });
    const seen: Data[] = [];
    const last = Promise.withResolvers<void>();
    await using _worker = await work(
      async ({ id, data }) => {
        seen.push(data);
        if (id === 'last') last.resolve();
      },
      { concurrency: 1 },
    );
    await last.promise;
    expect(seen).toEqual([{ value: 0 }, { value: 9 }]);
  });

  it('does not run a finished job again when its id is added again', async () => {
    const { queue, work } = aQueue();
    await using _queue = queue;
    await queue.add('1', { value: 1 });
    const worker = await work(async () => undefined);
    await stateBecomes(queue, '1', 'completed');
    await worker.stop();
    await queue.add('1', { value: 2 });
    expect(await queue.counts()).toMatchObject({ waiting: 0, completed: 1 });
  });

  it('retries a failing job with growing pauses, then fails it for good and says so once', async () => {
    const { queue, work } = aQueue({ attempts: 3 });
    await using _queue = queue;
    const attempts: number[] = [];
    const failed = Promise.withResolvers<AppError>();
    await using _worker = await work(
      async ({ attempt }) => {
        attempts.push(attempt);
        throw new AppError('unavailable.postgres', 'PostgreSQL is away');
      },
      { onFailed: async (_, error) => failed.resolve(error) },
    );
    await queue.add('failing', { value: 1 });
    expect((await failed.promise).code).toBe('unavailable.postgres');
    expect(attempts).toEqual([1, 2, 3]);
    expect(await queue.state('failing')).toBe('failed');
  });

  it('does not retry what can never succeed', async () => {
    const { queue, work } = aQueue();
    await using _queue = queue;
    let runs = 0;
    const failed = Promise.withResolvers<AppError>();
    await using _worker = await work(
      async () => {
        runs += 1;
        throw new AppError('invalid.input', 'no rows');
      },
      { onFailed: async (_, error) => failed.resolve(error) },
    );
    await queue.add('hopeless', { value: 1 });
    expect((await failed.promise).code).toBe('invalid.input');
    expect(runs).toBe(1);
  });

  it('never runs a job that was cancelled while it waited, even when it is added again', async () => {
    const { queue, work } = aQueue();
    await using _queue = queue;
    await queue.add('unwanted', { value: 1 });
    expect(await queue.cancel('unwanted')).toBe('removed');
    await queue.add('unwanted', { value: 1 });
    const failed = Promise.withResolvers<AppError>();
    const run = jest.fn(async () => undefined);
    await using _worker = await work(run, { onFailed: async (_, error) => failed.resolve(error) });
    expect((await failed.promise).code).toBe('cancelled.job');
    expect(run).not.toHaveBeenCalled();
  });

  it('aborts a running job that is cancelled, and does not retry it', async () => {
    const { queue, work } = aQueue();
    await using _queue = queue;
    const started = Promise.withResolvers<void>();
    const failed = Promise.withResolvers<AppError>();
    const run = jest.fn(async ({ signal }: RunningJob<Data>) => {
      started.resolve();
      await untilAborted(signal);
    });
    await using _worker = await work(run, { onFailed: async (_, error) => failed.resolve(error) });
    await queue.add('long', { value: 1 });
    await started.promise;
    expect(await queue.cancel('long')).toBe('aborting');
    expect((await failed.promise).code).toBe('cancelled.job');
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('says when a cancellation comes too late, or for a job that nobody knows', async () => {
    const { queue, work } = aQueue();
    await using _queue = queue;
    await queue.add('quick', { value: 1 });
    await using _worker = await work(async () => undefined);
    await stateBecomes(queue, 'quick', 'completed');
    expect(await queue.cancel('quick')).toBe('finished');
    expect(await queue.cancel('stranger')).toBe('unknown');
  });

  it('takes over the job of a worker that was killed, with a higher fencing token', async () => {
    const { queue, where, work } = aQueue();
    await using _queue = queue;
    const patience = { lockMs: 400, takeoverCheckMs: 200 };
    await queue.add('handed over', { value: 1 });
    const doomed = fork(join(__dirname, 'fixtures', 'worker.js'), [JSON.stringify({ ...where, ...patience })]);
    const [first] = (await once(doomed, 'message')) as [{ fencingToken: number; attempt: number }];
    doomed.kill('SIGKILL');
    const taken = Promise.withResolvers<RunningJob<Data>>();
    await using _worker = await work(async (job) => taken.resolve(job), patience);
    const second = await taken.promise;
    expect(second.fencingToken).toBeGreaterThan(first.fencingToken);
    expect([first.attempt, second.attempt]).toEqual([1, 2]);
  });

  it('puts back what is not done when a worker stops, and another worker finishes it', async () => {
    const { queue, work } = aQueue();
    await using _queue = queue;
    await queue.add('unfinished', { value: 1 });
    const started = Promise.withResolvers<void>();
    const stopping = await work(async ({ signal }) => {
      started.resolve();
      await untilAborted(signal);
    });
    await started.promise;
    await stopping.stop();
    expect(await queue.counts()).toMatchObject({ waiting: 1, active: 0, failed: 0 });
    await using _worker = await work(async () => undefined);
    await stateBecomes(queue, 'unfinished', 'completed');
  });

  it('lets a running job finish when its worker stops', async () => {
    const { queue, work } = aQueue();
    await using _queue = queue;
    await queue.add('nearly done', { value: 1 });
    const started = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const worker = await work(
      async () => {
        started.resolve();
        await finish.promise;
      },
      { graceMs: 10_000 },
    );
    await started.promise;
    const stopped = worker.stop();
    finish.resolve();
    await stopped;
    expect(await queue.state('nearly done')).toBe('completed');
  });

  it('gives tokens that grow even when Redis lost the counter', async () => {
    const { queue, work } = aQueue();
    await using _queue = queue;
    const token = Promise.withResolvers<number>();
    const now = new Date('2031-01-01T00:00:00Z');
    await using _worker = await work(async ({ fencingToken }) => token.resolve(fencingToken), { clock: () => now });
    await queue.add('first', { value: 1 });
    expect(await token.promise).toBeGreaterThanOrEqual(now.getTime());
  });

  it('refuses an id that is not text that can be stored', async () => {
    await using queue = aQueue().queue;
    await expect(queue.add('\ud800', { value: 1 })).rejects.toMatchObject({ code: 'invalid.job_id' });
  });
});

async function stateBecomes(queue: { state(id: string): Promise<string> }, id: string, state: string): Promise<void> {
  while ((await queue.state(id)) !== state) await new Promise((resolve) => setTimeout(resolve, 10));
}
