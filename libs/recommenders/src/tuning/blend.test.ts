import type { Scorer } from '@attune/evaluation';
import { buildInteractions } from '@attune/interactions';
import { seededNormal } from '@attune/kernels';
import { BlendScorer, standardizedRows } from './blend-scorer';
import { blendSample, learnBlend } from './learn-blend';

const [USERS, ITEMS] = [120, 50];
const normal = seededNormal(7);
const taste = Float32Array.from({ length: USERS * ITEMS }, () => normal());

/** What is known of tastes, on a scale of its own, with noise of its own. */
function viewOf(noise: number, scale: number): Scorer {
  const draw = seededNormal(noise * 1_000 + scale);
  const scores = taste.map((value) => scale * (value + noise * draw()) + scale);
  return {
    scoreAll: async (users) =>
      Float32Array.from(
        { length: users.length * ITEMS },
        (_, i) => scores[users[Math.floor(i / ITEMS)]! * ITEMS + (i % ITEMS)]!,
      ),
    scorePairs: async (users, items) => Float32Array.from(users, (user, i) => scores[user * ITEMS + items[i]!]!),
  };
}

const [train, test] = (() => {
  const pairs = Array.from({ length: USERS }, (_, user) => {
    const items = [...Array(ITEMS).keys()].sort((a, b) => taste[user * ITEMS + b]! - taste[user * ITEMS + a]!);
    return items.slice(0, 6).map((item) => [user, item] as const);
  });
  return [pairs.flatMap((own) => own.slice(0, 3)), pairs.flatMap((own) => own.slice(3))].map(
    (rows) =>
      buildInteractions({
        userCount: USERS,
        itemCount: ITEMS,
        userIndex: Int32Array.from(rows, ([user]) => user),
        itemIndex: Int32Array.from(rows, ([, item]) => item),
      }).interactions,
  );
})();

describe('a blend', () => {
  const users = Int32Array.of(3, 5);
  const members = [
    { scorer: viewOf(0.5, 1), weight: 0.7 },
    { scorer: viewOf(0.5, 1_000), weight: 0.3 },
  ];

  it('adds scores that it has brought to one scale, and scores pairs like rows', async () => {
    const blend = new BlendScorer(members, ITEMS);
    const rows = await blend.scoreAll(users);
    const parts = await Promise.all(members.map(({ scorer }) => standardizedRows(scorer, users, ITEMS)));
    expect(rows[7]).toBeCloseTo(0.7 * parts[0]![7]! + 0.3 * parts[1]![7]!, 5);
    const pairs = await blend.scorePairs(Int32Array.of(5, 3, 5), Int32Array.of(0, 9, 49));
    for (const [pair, at] of [ITEMS, 9, ITEMS + 49].entries()) expect(pairs[pair]).toBeCloseTo(rows[at]!, 4);
  });

  it('takes equal scores for all items for no opinion', async () => {
    const rows = await standardizedRows(
      { ...members[0]!.scorer, scoreAll: async () => new Float32Array(2 * ITEMS).fill(3) },
      users,
      ITEMS,
    );
    expect(rows).toEqual(new Float32Array(2 * ITEMS));
  });

  it('learns weights that are better than the best member, and leaves out what does not help', async () => {
    const sampleUsers = blendSample(test!, 1);
    const noise = {
      ...viewOf(0, 1),
      scoreAll: async (asked: Int32Array) => Float32Array.from({ length: asked.length * ITEMS }, () => normal()),
    };
    const scorers = [viewOf(0.8, 1), viewOf(0.8, 1_000), noise];
    const samples = await Promise.all(scorers.map((scorer) => standardizedRows(scorer, sampleUsers, ITEMS)));
    const evaluation = { protocol: 'full-ranking', test: test!, ks: [10], seed: 1 } as const;
    const { weights, alone, blended } = await learnBlend({ sampleUsers, samples, train: train!, evaluation });
    expect(blended).toBeGreaterThan(1.03 * alone);
    expect(weights[1]).toBeGreaterThan(0.3);
    expect(weights[1]).toBeLessThan(0.7);
    expect(weights[2]).toBeLessThan(0.15);
  });
});
