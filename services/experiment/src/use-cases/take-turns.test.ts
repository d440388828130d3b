import { takeTurns } from './take-turns';

const forEver = new AbortController().signal;

describe('turns', () => {
  it('let only so many work at a time, in the order in which they came', async () => {
    const inTurn = takeTurns(2);
    const begun: number[] = [];
    const ends = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
    const all = ends.map(({ promise }, at) =>
      inTurn(() => {
        begun.push(at);
        return promise;
      }, forEver),
    );
    await Promise.resolve();
    expect(begun).toEqual([0, 1]);
    ends[1]!.resolve();
    await all[1];
    await new Promise(setImmediate);
    expect(begun).toEqual([0, 1, 2]);
    for (const { resolve } of ends) resolve();
    await Promise.all(all);
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('are given back by work that fails, and not taken by who has gone', async () => {
    const inTurn = takeTurns(1);
    const first = Promise.withResolvers<void>();
    const failing = inTurn(() => first.promise, forEver);
    const gone = new AbortController();
    const left = inTurn(async () => 'left', gone.signal);
    const last = inTurn(async () => 'last', forEver);
    gone.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    first.reject(new Error('failed'));
    await expect(failing).rejects.toThrow('failed');
    expect(await last).toBe('last');
  });
});
