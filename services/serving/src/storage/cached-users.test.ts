import { waiting } from '../../tests/fixtures/a-request';
import type { SeenItems } from '../ports';
import { CachedSeenItems } from './cached-seen-items';

function setUp() {
  let now = 0;
  let reads = 0;
  const answers: ((items: SeenItems) => void)[] = [];
  const cache = new CachedSeenItems({
    read: () =>
      new Promise((resolve) => {
        reads++;
        answers.push(resolve);
      }),
    maxUsers: 10,
    freshMs: 100,
    stopwatch: () => now,
  });
  const items: SeenItems = { seen: new Set(['a']), hidden: new Set() };
  const read = async () => {
    const answer = cache.seenBy('ann', waiting);
    answers.shift()?.(items);
    return answer;
  };
  return { cache, read, reads: () => reads, pass: (ms: number) => (now += ms), answers, items };
}

describe('CachedSeenItems', () => {
  it('reads once while the entry is fresh, and again afterwards', async () => {
    const { read, reads, pass } = setUp();
    await read();
    await read();
    expect(reads()).toBe(1);
    pass(101);
    await read();
    expect(reads()).toBe(2);
  });

  it('reads anew after the user did something, and still remembers what it knew', async () => {
    const { cache, read, reads, items } = setUp();
    await read();
    cache.invalidate(['ann']);
    expect(cache.lastKnown('ann')).toBe(items);
    await read();
    expect(reads()).toBe(2);
  });

  it('does not keep a read that an event has overtaken', async () => {
    const { cache, answers, items } = setUp();
    const slow = cache.seenBy('ann', waiting);
    cache.invalidate(['ann']);
    answers.shift()!(items);
    await slow;
    expect(cache.lastKnown('ann')).toBeUndefined();
  });
});
