import { AppError } from '@attune/errors';
import { hedged } from './hedging';

const away = new AppError('unavailable.call', 'away');
const wrong = new AppError('invalid.request', 'wrong');

/** Attempts whose ends the test decides, and what was heard of them. */
function attempts(mayHedge = true) {
  const open: PromiseWithResolvers<unknown>[] = [];
  const signals: AbortSignal[] = [];
  const heard: unknown[] = [];
  const attempt = (isDone: AbortSignal) => {
    signals.push(isDone);
    open.push(Promise.withResolvers());
    return open.at(-1)!.promise;
  };
  const plan = {
    delayMs: 10,
    maxAttempts: 3,
    mayHedge: () => mayHedge,
    onHedge: () => heard.push('hedge'),
    onWon: (count: number) => heard.push(count),
  };
  return { open, signals, heard, start: () => hedged(attempt, plan) };
}

describe('hedging', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('sends nothing twice that is answered in time', async () => {
    const { open, heard, start } = attempts();
    const answer = start();
    jest.advanceTimersByTime(9);
    open[0]!.resolve('first');
    expect(await answer).toBe('first');
    jest.advanceTimersByTime(100);
    expect([open.length, heard]).toEqual([1, [1]]);
  });

  it('takes the first answer and cancels the others', async () => {
    const { open, signals, heard, start } = attempts();
    const answer = start();
    jest.advanceTimersByTime(20);
    open[1]!.resolve('second');
    expect(await answer).toBe('second');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    expect(heard).toEqual(['hedge', 'hedge', 2]);
  });

  it('waits for another attempt when one finds its endpoint away', async () => {
    const { open, start } = attempts();
    const answer = start();
    jest.advanceTimersByTime(10);
    open[0]!.reject(away);
    await Promise.resolve();
    open[1]!.resolve('second');
    expect(await answer).toBe('second');
  });

  it('ends with a failure that any endpoint would give', async () => {
    const { open, start } = attempts();
    const answer = start();
    jest.advanceTimersByTime(10);
    open[1]!.reject(wrong);
    await expect(answer).rejects.toBe(wrong);
  });

  it('leaves a failure before the delay to the retries', async () => {
    const { open, start } = attempts();
    const answer = start();
    open[0]!.reject(away);
    await expect(answer).rejects.toBe(away);
    jest.advanceTimersByTime(100);
    expect(open).toHaveLength(1);
  });

  it('goes on waiting where no further call may be sent', async () => {
    const { open, heard, start } = attempts(false);
    const answer = start();
    jest.advanceTimersByTime(100);
    open[0]!.resolve('first');
    expect(await answer).toBe('first');
    expect(heard).toEqual([1]);
  });
});
