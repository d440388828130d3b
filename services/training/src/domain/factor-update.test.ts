import { type FactorUpdate, isDue } from './factor-update';

const NOW = new Date('2026-05-01T12:00:00Z');
const ago = (ms: number) => new Date(NOW.getTime() - ms);
const settings = { interactions: 1_000, intervalMs: 300_000, newItemMs: 30_000 };
const waiting = (count: number, oldestMs: number) => ({ count, oldestReceivedAt: ago(oldestMs) });
const round = (changes: Partial<FactorUpdate>): FactorUpdate => ({
  ...{ updateId: 'u', ref: { model: 'als', version: 1, digest: 'd' }, state: 'published' },
  ...{ interactionCount: 1, userCount: 1, itemCount: 0, learnedTo: NOW, createdAt: ago(2_000), endedAt: ago(1_000) },
  ...changes,
});

describe('when a round of learning begins', () => {
  it.each([
    ['nothing waits', { count: 0 }, false],
    ['999 wait since a moment ago', waiting(999, 1), false],
    ['1,000 wait', waiting(1_000, 1), true],
    ['one has waited for almost five minutes', waiting(1, 299_999), false],
    ['one has waited for five minutes', waiting(1, 300_000), true],
    ['one about a new item has waited for less', { ...waiting(1, 29_999), oldestNewItemAt: ago(29_999) }, false],
    [
      'one about a new item has waited for half a minute',
      { ...waiting(1, 30_000), oldestNewItemAt: ago(30_000) },
      true,
    ],
  ])('%s: %o, %s', (_, waits, expected) => {
    expect(isDue(waits, undefined, NOW, settings)).toBe(expected);
  });

  it('is not before a pause as long as the last one took', () => {
    const slow = round({ createdAt: ago(40_000), endedAt: ago(10_000) });
    expect(isDue(waiting(5_000, 1), slow, NOW, settings)).toBe(false);
    expect(isDue(waiting(5_000, 1), round({ createdAt: ago(40_000), endedAt: ago(20_000) }), NOW, settings)).toBe(true);
  });

  it('is not before the interval is over where the last one failed', () => {
    const failed = (ms: number) => round({ state: 'failed', endedAt: ago(ms) });
    expect(isDue(waiting(5_000, 1), failed(299_999), NOW, settings)).toBe(false);
    expect(isDue(waiting(5_000, 1), failed(300_000), NOW, settings)).toBe(true);
  });
});
