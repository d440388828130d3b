import { type Call, JobQueue } from './job-queue';
import type { Job } from './protocol';

const byUser: Job = { do: 'by_user', row: 1, count: 1 };
const byVector = (measure: 'dot' | 'cosine'): Job => ({
  do: 'by_vector',
  vector: new Float32Array(2),
  measure,
  count: 1,
});

function setUp() {
  let nowMs = 0;
  const queue = new JobQueue(() => nowMs);
  const failures: unknown[] = [];
  const add = (job: Job = byUser, waiting: Partial<Call['waiting']> = {}, ahead = 0) => {
    const { signal } = new AbortController();
    const call: Call = {
      job,
      waiting: { signal, ...waiting },
      resolve: () => undefined,
      reject: (error) => failures.push(error),
    };
    queue.add(call, ahead);
    return call;
  };
  return { queue, add, failures, pass: (ms: number) => (nowMs += ms) };
}

describe('JobQueue', () => {
  it('hands out jobs of one sort together, in their order', () => {
    const { queue, add } = setUp();
    const calls = [byVector('dot'), byVector('dot'), byVector('cosine'), byVector('dot')].map((job) => add(job));
    expect([queue.take(8), queue.take(8), queue.take(8), queue.take(8)]).toEqual([
      calls.slice(0, 2),
      [calls[2]],
      [calls[3]],
      [],
    ]);
  });

  it('hands out no more at once than are worth it', () => {
    const { queue, add } = setUp();
    const calls = [1, 2, 3].map(() => add());
    expect([queue.take(2), queue.take(2)]).toEqual([calls.slice(0, 2), calls.slice(2)]);
  });

  it.each([0, Number.NaN])(
    'hands out one after the other where the limit is %p, so that whoever takes all comes to an end',
    (limit) => {
      const { queue, add } = setUp();
      const calls = [1, 2].map(() => add());
      expect([queue.take(limit), queue.take(limit), queue.take(limit)]).toEqual([
        calls.slice(0, 1),
        calls.slice(1),
        [],
      ]);
    },
  );

  it('keeps large matrices apart and small ones together', () => {
    const { queue, add } = setUp();
    const predict = (rows: number): Job => ({ do: 'predict', features: new Float32Array(rows * 40) });
    const calls = [1, 2, 500, 500].map((rows) => add(predict(rows)));
    expect([queue.take(8), queue.take(8)]).toEqual([calls.slice(0, 3), calls.slice(3)]);
  });

  it('never hands out a call that was cancelled while it waited', () => {
    const { queue, add, failures } = setUp();
    const controller = new AbortController();
    add(byUser, { signal: controller.signal });
    const other = add();
    controller.abort(new Error('nobody waits'));
    expect(queue.take(2)).toEqual([other]);
    expect(failures).toEqual([new Error('nobody waits')]);
  });

  it('refuses at once what it could not do in time at its pace', () => {
    const { queue, add, failures } = setUp();
    queue.measured(1, 10);
    add();
    add();
    // two are before it: it would be done at 30
    add(byUser, { deadlineAtMs: 29 });
    expect(failures).toMatchObject([{ code: 'exhausted.model_queue', message: expect.stringMatching(/in its time/) }]);
    add(byUser, { deadlineAtMs: 31 });
    add(byUser, { deadlineAtMs: 45 }, 2);
    expect([failures.length, queue.length]).toEqual([2, 3]);
  });

  it('lets in a call that is alone, however slow the last one was', () => {
    const { queue, add, failures } = setUp();
    queue.measured(1, 5_000);
    add(byUser, { deadlineAtMs: 100 });
    expect([failures, queue.length]).toEqual([[], 1]);
  });

  it('does not run what waited until its time was up', () => {
    const { queue, add, failures, pass } = setUp();
    add(byUser, { deadlineAtMs: 50 });
    pass(51);
    expect(queue.take(1)).toEqual([]);
    expect(failures).toMatchObject([{ code: 'exhausted.model_queue' }]);
  });
});
