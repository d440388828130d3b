import { aUser, waiting } from '../../tests/fixtures/a-request';
import type { KeptUser } from '../user-ports';
import { CachedUsers } from './cached-users';

function setUp() {
  let now = 0;
  let reads = 0;
  const answers: ((items: KeptUser) => void)[] = [];
  const cache = new CachedUsers({
    read: () =>
      new Promise((resolve) => {
        reads++;
        answers.push(resolve);
      }),
    maxUsers: 10,
    freshMs: 100,
    stopwatch: () => now,
  });
  const items: KeptUser = { ...aUser({ seen: [1] }), rejected: [], refused: [] };
  const read = async () => {
    const answer = cache.kept('ann', waiting);
    answers.shift()?.(items);
    return answer;
  };
  return { cache, read, reads: () => reads, pass: (ms: number) => (now += ms), answers, items };
}

describe('CachedUsers', () => {
  it('reads once while the entry is fresh, and again afterwards', async () => {
    const { read, reads, pass } = setUp();
    await read();
    await read();
    expect(reads()).toBe(1);
    pass(101);
    await read();
    expect(reads()).toBe(2);
  });

  it('reads anew while the catalog has not all that the user hides or blocks: it may have come meanwhile', async () => {
    const { cache, answers, items, reads } = setUp();
    const first = cache.kept('ann', waiting);
    answers.shift()!({ ...items, isProvisional: true });
    await first;
    const second = cache.kept('ann', waiting);
    expect(reads()).toBe(2);
    answers.shift()!(items);
    expect(await second).toBe(items);
    expect(await cache.kept('ann', waiting)).toBe(items);
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
    const slow = cache.kept('ann', waiting);
    cache.invalidate(['ann']);
    answers.shift()!(items);
    await slow;
    expect(cache.lastKnown('ann')).toBeUndefined();
  });

  it('lets the parts of one request share one read', async () => {
    const { cache, answers, items, reads } = setUp();
    const both = Promise.all([cache.kept('ann', waiting), cache.kept('ann', waiting)]);
    answers.shift()!(items);
    expect(await both).toEqual([items, items]);
    expect(reads()).toBe(1);
  });

  it('lets nobody join a read that began too long ago, nor counts as fresh what it brings', async () => {
    const { cache, answers, items, reads, pass } = setUp();
    const slow = cache.kept('ann', waiting);
    pass(101);
    const second = cache.kept('ann', waiting);
    expect(reads()).toBe(2);
    answers.shift()!(items);
    answers.shift()!({ ...items, refused: ['personalization'] });
    await slow;
    expect((await second).refused).toEqual(['personalization']);
    pass(99);
    expect((await cache.kept('ann', waiting)).refused).toEqual(['personalization']);
  });

  it('forgets a user altogether', async () => {
    const { cache, read } = setUp();
    await read();
    cache.forget('ann');
    expect(cache.lastKnown('ann')).toBeUndefined();
  });

  it('remembers fewer users where each has seen very much', async () => {
    const seen = { size: 4_000, has: () => false };
    const cache = new CachedUsers({
      ...{ read: async () => ({ ...aUser(), seen, rejected: [], refused: [] }), maxUsers: 10 },
      ...{ freshMs: 100, stopwatch: () => 0 },
    });
    for (const userId of ['a', 'b', 'c']) await cache.kept(userId, waiting);
    expect(['a', 'b', 'c'].filter((userId) => cache.lastKnown(userId) !== undefined)).toEqual(['b', 'c']);
  });
});
