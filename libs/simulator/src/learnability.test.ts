import { DEFAULT_SAMPLE, simulate } from './simulate';
import type { SimulatedInteraction } from './simulated';

const DAY_MS = 86_400_000;
const K = 10;
const startTime = new Date('2026-01-05T00:00:00Z');
const simulation = simulate({ ...DEFAULT_SAMPLE, startTime });

/** What is known before the last ten days, and the likes in them of posts that were out before. */
const splitMs = startTime.getTime() + 80 * DAY_MS;
const interactions = [...simulation.interactions()];
const past = interactions.filter(({ time }) => time.getTime() < splitMs);
const known = new Set(past.map(({ itemId }) => itemId));
const seen = groupedItems(past);
const liked = groupedItems(past.filter(({ type }) => type !== 'view' && type !== 'hide'));
const heldOut = groupedItems(
  interactions.filter(
    ({ time, type, userId, itemId }) =>
      time.getTime() >= splitMs && type === 'like' && known.has(itemId) && !seen.get(userId)?.has(itemId),
  ),
);

function groupedItems(of: readonly SimulatedInteraction[]): Map<string, Set<string>> {
  const grouped = new Map<string, Set<string>>();
  for (const { userId, itemId } of of) grouped.set(userId, (grouped.get(userId) ?? new Set()).add(itemId));
  return grouped;
}

type Scorer = (userId: string) => (itemId: string) => number;

/** Mean NDCG@10 over the users with held-out likes; what a user has seen is not ranked. */
function ndcg(scorer: Scorer): number {
  let total = 0;
  for (const [userId, wanted] of heldOut) {
    const score = scorer(userId);
    const ranked = [...known]
      .filter((itemId) => !seen.get(userId)?.has(itemId))
      .map((itemId) => ({ itemId, score: score(itemId) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, K);
    const gain = ranked.reduce((sum, { itemId }, at) => sum + (wanted.has(itemId) ? 1 / Math.log2(at + 2) : 0), 0);
    const ideal = Array.from({ length: Math.min(K, wanted.size) }, (_, at) => 1 / Math.log2(at + 2));
    total += gain / ideal.reduce((sum, part) => sum + part, 0);
  }
  return total / heldOut.size;
}

/** Likes and the like, each counting half after a week: the baseline that a model must beat. */
function popularity(): Scorer {
  const counts = new Map<string, number>();
  for (const { type, itemId, time } of past) {
    if (type === 'view' || type === 'hide') continue;
    const weight = 2 ** ((time.getTime() - splitMs) / (7 * DAY_MS));
    counts.set(itemId, (counts.get(itemId) ?? 0) + weight);
  }
  return () => (itemId) => counts.get(itemId) ?? 0;
}

/** The sum of cosine similarities to what the user liked, times popularity: a simple collaborative filter. */
function itemItem(popular: Scorer): Scorer {
  const fans = new Map<string, Set<string>>();
  for (const [userId, items] of liked) {
    for (const itemId of items) fans.set(itemId, (fans.get(itemId) ?? new Set()).add(userId));
  }
  return (userId) => {
    // users by how much they have in common with this one: the same sum, grouped by the fans of the candidates
    const likeness = new Map<string, number>();
    for (const itemId of liked.get(userId) ?? []) {
      for (const fan of fans.get(itemId)!) {
        likeness.set(fan, (likeness.get(fan) ?? 0) + 1 / Math.sqrt(fans.get(itemId)!.size));
      }
    }
    return (itemId) => {
      const itsFans = fans.get(itemId);
      if (itsFans === undefined) return 0;
      let sum = 0;
      for (const fan of itsFans) sum += likeness.get(fan) ?? 0;
      return (sum / Math.sqrt(itsFans.size)) * popular(userId)(itemId) ** 0.5;
    };
  };
}

describe('the default sample can be learned from', () => {
  const popular = popularity();
  const popularNdcg = ndcg(popular);

  it('has enough held-out likes to measure by', () => {
    expect(heldOut.size).toBeGreaterThan(150);
  });

  it('is ranked better by a simple collaborative filter than by popularity', () => {
    expect(ndcg(itemItem(popular))).toBeGreaterThan(1.3 * popularNdcg);
  });

  it('is ranked better still by the true affinity, given what the feed shows', () => {
    const oracle: Scorer = (userId) => (itemId) => {
      const taste = simulation.trueAffinity(userId, itemId);
      return taste ** 2 * popular(userId)(itemId) ** 0.5;
    };
    expect(ndcg(oracle)).toBeGreaterThan(1.5 * popularNdcg);
  });
});
