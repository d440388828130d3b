import { waiting } from '../../tests/fixtures/a-request';
import type { SocialProof } from '../user-ports';
import { CachedSocialProof } from './cached-social-proof';

function setUp(answers: readonly (readonly SocialProof[] | Error)[]) {
  let now = 0;
  let reads = 0;
  const refusing = new Set<string>();
  const cache = new CachedSocialProof({
    read: async () => {
      const answer = answers[Math.min(reads++, answers.length - 1)]!;
      if (answer instanceof Error) throw answer;
      return { proofs: answer, people: answer.map(({ item }) => `liker-${item}`) };
    },
    mayStillBeTold: async (people) => people.every((userId) => !refusing.has(userId)),
    ...{ maxUsers: 10, freshMs: 100, consentFreshMs: 10, stopwatch: () => now },
  });
  return {
    ...{ cache, refusing },
    ask: (count = 9) => cache.likedByFollowed('ann', count, waiting),
    reads: () => reads,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

const proof = (item: number): SocialProof => ({ item, score: 1, people: 1 });

describe('CachedSocialProof', () => {
  it('reads once for slates that come together or soon after, and again afterwards', async () => {
    const { ask, reads, pass } = setUp([[proof(1), proof(2)], [proof(3)]]);
    expect(await Promise.all([ask(), ask(1)])).toEqual([[proof(1), proof(2)], [proof(1)]]);
    expect([await ask(), reads()]).toEqual([[proof(1), proof(2)], 1]);
    pass(101);
    expect([await ask(), reads()]).toEqual([[proof(3)], 2]);
  });

  it('reads anew when whom the user follows has changed, and for a user who was forgotten', async () => {
    const { cache, ask, reads } = setUp([[proof(1)], [proof(2)], []]);
    await ask();
    cache.invalidate(['ann', 'ben']);
    expect(await ask()).toEqual([proof(2)]);
    cache.forget('ann');
    expect([await ask(), reads()]).toEqual([[], 3]);
  });

  it('tells nothing any more of somebody who refused since, as soon as slates respect that', async () => {
    const { ask, reads, pass, refusing } = setUp([[proof(1), proof(2)], [proof(2)]]);
    await ask();
    refusing.add('liker-1');
    pass(11);
    expect(await Promise.all([ask(), ask()])).toEqual([[proof(2)], [proof(2)]]);
    expect([await ask(), reads()]).toEqual([[proof(2)], 2]);
  });

  it('does not keep a failure', async () => {
    const { ask } = setUp([new Error('away'), [proof(1)]]);
    await expect(ask()).rejects.toThrow('away');
    expect(await ask()).toEqual([proof(1)]);
  });
});
