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

  it('goes on after rounds that failed, and tells of the first of them and of what ended them', async () => {
    const told: unknown[] = [];
    const over = Promise.withResolvers<void>();
    const fails = [true, true, false, false, true, false];
    let rounds = 0;
    const work = async () => {
      const at = rounds++;
      if (fails[at]) throw new Error(`round ${at}`);
    };
    const onFailure = (error: unknown) => told.push((error as Error).message);
    const onRecovery = () => {
      told.push('well again');
      if (rounds === fails.length) over.resolve();
    };
    await using _ = keepDoing({ everyMs: 1, work, onFailure, onRecovery });
    await over.promise;
    expect(told).toEqual(['round 0', 'well again', 'round 4', 'well again']);
  });

  it.each([true, false])('says when its first round is over, also when it failed (%s)', async (fails) => {
    const ended: string[] = [];
    const work = async () => {
      await new Promise(setImmediate);
      ended.push('first');
      if (fails) throw new Error('no');
    };
    await using kept = keepDoing({ everyMs: 60_000, work, onFailure: () => ended.push('failed') });
    await kept.first;
    expect(ended).toEqual(fails ? ['first', 'failed'] : ['first']);
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
    await kept[Symbol.asyncDispose]();
    expect([hasEnded, failed]).toEqual([true, []]);
  });
});
