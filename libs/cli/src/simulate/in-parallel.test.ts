import { inParallel } from './in-parallel';

const running = () => new AbortController().signal;

describe('work in parallel', () => {
  it('is done once for each thing, with no more under way than asked for', async () => {
    const done: number[] = [];
    let [now, most] = [0, 0];
    await inParallel([1, 2, 3, 4, 5, 6, 7], { concurrency: 3, signal: running() }, async (thing) => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      done.push(thing);
    });
    expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  it('takes nothing more when the signal says so, and finishes what is under way', async () => {
    const interrupted = new AbortController();
    const done: number[] = [];
    await inParallel([1, 2, 3, 4, 5, 6], { concurrency: 2, signal: interrupted.signal }, async (thing) => {
      if (thing === 2) interrupted.abort();
      await new Promise((resolve) => setImmediate(resolve));
      done.push(thing);
    });
    expect(done).toEqual([1, 2]);
  });

  it('throws the first failure when nothing is under way any more', async () => {
    const done: number[] = [];
    const work = inParallel([1, 2, 3, 4, 5, 6], { concurrency: 2, signal: running() }, async (thing) => {
      if (thing === 1) throw new Error('no');
      await new Promise((resolve) => setImmediate(resolve));
      done.push(thing);
    });
    await expect(work).rejects.toThrow('no');
    expect(done).toEqual([2]);
  });
});
