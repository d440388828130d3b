import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { AppError } from '@attune/errors';
import { runInChild } from '../src/run-in-child';

const modulePath = join(__dirname, 'fixtures', 'child.js');
const run = (input: object, options: Partial<Parameters<typeof runInChild>[0]> = {}) =>
  runInChild<unknown>({ modulePath, input, ...options });

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 50));
}

describe('runInChild', () => {
  it('gives back what the child computed, typed arrays as such', async () => {
    const output = (await run({ work: 'double', value: Float32Array.of(1.5, 2) })) as Float32Array;
    expect(Object.prototype.toString.call(output)).toBe('[object Float32Array]');
    expect(Array.from(output)).toEqual([3, 4]);
  });

  it('passes on progress in order, before the result', async () => {
    const heard: unknown[] = [];
    await run({ work: 'double', value: [1] }, { onMessage: (value) => heard.push(value) });
    expect(heard).toEqual([{ done: 1 }, { done: 2 }]);
  });

  it('revives an AppError of the child with its violations', async () => {
    await expect(run({ work: 'refuse' })).rejects.toMatchObject({
      code: 'invalid.input',
      message: 'rows must be positive',
      violations: [{ field: 'rows', description: 'is negative' }],
    });
  });

  it('keeps the message of an unknown error out of the answer and in the cause', async () => {
    const error = (await run({ work: 'fail' }).catch((thrown) => thrown)) as AppError;
    expect(error.code).toBe('internal.child_failed');
    expect(error.message).not.toContain('hunter2');
    expect((error.cause as Error).message).toContain('hunter2');
  });

  it('reports an exit without a result, with the exit code', async () => {
    await expect(run({ work: 'exit' })).rejects.toMatchObject({
      code: 'internal.child_crashed',
      metadata: { exitCode: '7' },
    });
  });

  it('reports a crash, with the signal', async () => {
    await expect(run({ work: 'crash' })).rejects.toMatchObject({
      code: 'internal.child_crashed',
      metadata: { signal: 'SIGABRT' },
    });
  });

  it('reports a child that ran out of memory, and lives on', async () => {
    // Jest ends a test process on whose standard error V8's report of a full heap appears, whoever wrote it.
    using _ = replacedProperty(process.stderr, 'write', () => true);
    const small = run({ work: 'exhaust' }, { execArgv: ['--max-old-space-size=30'] });
    await expect(small).rejects.toMatchObject({ code: 'internal.child_crashed' });
  });

  it('reports a module that does not exist', async () => {
    const absent = run({}, { modulePath: join(__dirname, 'fixtures', 'absent.js') });
    await expect(absent).rejects.toMatchObject({ code: 'internal.child_crashed' });
  });

  it('reports input that cannot be sent', async () => {
    await expect(run({ work: () => 1 })).rejects.toMatchObject({ code: 'internal.child_input' });
  });

  it('starts nothing when it was cancelled before', async () => {
    const signal = AbortSignal.abort(new AppError('cancelled.job', 'too late'));
    await expect(run({ work: 'exit' }, { signal })).rejects.toThrow('too late');
  });

  it('lets the child end by itself when it is cancelled', async () => {
    const controller = new AbortController();
    const cancelled = run({ work: 'listen' }, { signal: controller.signal, onMessage: () => controller.abort() });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled.job' });
  });

  it('kills a child that does not listen when it is cancelled', async () => {
    const controller = new AbortController();
    let pid = 0;
    const onMessage = (value: unknown) => {
      pid = value as number;
      controller.abort();
    };
    const cancelled = run({ work: 'ignore' }, { signal: controller.signal, onMessage, killGraceMs: 200 });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled.job' });
    expect(isAlive(pid)).toBe(false);
  });

  it('ends work that takes too long', async () => {
    const slow = run({ work: 'ignore' }, { timeoutMs: 300, killGraceMs: 100 });
    await expect(slow).rejects.toMatchObject({ code: 'deadline.child' });
  });

  it('fails the call, not the process, when onMessage throws', async () => {
    const onMessage = () => {
      throw new AppError('unavailable.postgres', 'progress could not be stored');
    };
    await expect(run({ work: 'listen' }, { onMessage })).rejects.toMatchObject({ code: 'unavailable.postgres' });
  });

  it.each(['listen', 'ignore'])(
    'leaves no orphan when the parent is killed while the child does "%s"',
    async (work) => {
      const parent = fork(join(__dirname, 'fixtures', 'parent.js'), [work], { execArgv: [] });
      const childPid = new Promise<number>((resolve) => {
        parent.once('message', (value) => resolve(value as number));
      });
      const pid = await childPid;
      parent.kill('SIGKILL');
      await once(parent, 'exit');
      await gone(pid);
    },
  );

  it('keeps the event loop free while eight children block theirs', async () => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const jobs = Array.from({ length: 8 }, () => run({ work: 'block', blockMs: 300 }));
    delay.enable();
    expect(await Promise.all(jobs)).toEqual(Array(8).fill('done'));
    delay.disable();
    // in process every turn of the loop would wait for a job; a busy machine schedules us late at times, but not at every turn
    expect(delay.percentile(50) / 1e6).toBeLessThan(150);
  });
});

/** Replaces a property until it is disposed. */
function replacedProperty<T extends object, K extends keyof T>(target: T, key: K, value: T[K]): Disposable {
  const original = target[key];
  target[key] = value;
  return {
    [Symbol.dispose]: () => {
      target[key] = original;
    },
  };
}
