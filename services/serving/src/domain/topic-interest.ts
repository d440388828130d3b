/** Something that somebody liked, for what it says about topics. */
export interface LikedTopics {
  readonly topics: ArrayLike<number>;
  /** On the scale of a like. */
  readonly strength: number;
  readonly atMs: number;
}

/** What a user likes changes over weeks: the half-life that the features of taste have. */
const HALF_LIFE_MS = 30 * 24 * 3_600_000;

/** How much of a user's interest each topic has; the shares add up to 1. Empty where nothing speaks. */
export function interestIn(liked: Iterable<LikedTopics>, nowMs: number): ReadonlyMap<number, number> {
  const weights = new Map<number, number>();
  let sum = 0;
  for (const { topics, strength, atMs } of liked) {
    const weight = (strength * 2 ** (Math.min(0, atMs - nowMs) / HALF_LIFE_MS)) / Math.max(1, topics.length);
    for (let at = 0; at < topics.length; at++) {
      weights.set(topics[at]!, (weights.get(topics[at]!) ?? 0) + weight);
      sum += weight;
    }
  }
  for (const [topic, weight] of weights) weights.set(topic, weight / sum);
  return weights;
}

/** How much of the interest the topics of an item have together, from 0 to 1, and which of them has most; -1 for none. */
export function matchOf(interest: ReadonlyMap<number, number>, topics: ArrayLike<number>) {
  let match = 0;
  let most = 0;
  let best = -1;
  for (let at = 0; at < topics.length; at++) {
    const share = interest.get(topics[at]!) ?? 0;
    match += share;
    if (share > most) [most, best] = [share, topics[at]!];
  }
  return { match: Math.min(1, match), best };
}
