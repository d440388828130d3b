import { keepDoing } from './keep-doing';

describe('work that is kept up', () => {
  it('is done at once, and again', async () => {
    const thrice = Promise.withResolvers<void>();
    let rounds = 0;
    const work = async () => {
      if (++rounds === 3) thrice.resolve();
    };
    await using _ = keepDoing({ everyMs: 1, work, onFailure: () => undefined });
    await thrice.promise;
    expect(rounds).toBe(3);
  });

  it('goes on after a round that failed, and tells of it', async () => {
    const failed: unknown[] = [];
    const recovered = Promise.withResolvers<void>();
    let rounds = 0;
    const work = async () => {
      if (++rounds === 1) throw new Error('the first one fails');
      recovered.resolve();
    };
    await using _ = keepDoing({ everyMs: 1, work, onFailure: (error) => failed.push(error) });
    await recovered.promise;
    expect(failed).toEqual([new Error('the first one fails')]);
  });

  it('is aborted by the stop, which waits for the round in hand and does not call that a failure', async () => {
    const failed: unknown[] = [];
    let hasEnded = false;
    const work = ({ signal }: { signal: AbortSignal }) =>
      new Promise<void>((_, reject) => {
        signal.addEventListener('abort', () => {
          hasEnded = true;
          reject(signal.reason);
        });
      });
    const kept = keepDoing({ everyMs: 1, work, onFailure: (error) => failed.push(error) });
    // The first round begins in a microtask.
    await Promise.resolve();
    await kept[Symbol.asyncDispose]();
    expect([hasEnded, failed]).toEqual([true, []]);
  });
});
