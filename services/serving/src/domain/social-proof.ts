/** Something that one of the people liked whom a user follows. */
export interface FollowedLike {
  readonly item: number;
  /** On the scale of a like. */
  readonly strength: number;
  readonly atMs: number;
}

/** What several people liked. */
export interface ProvenItem {
  readonly item: number;
  readonly score: number;
  readonly people: number;
}

/** What people did a day ago counts half. */
const HALF_LIFE_MS = 24 * 3_600_000;
/** So many of the latest likes of each person count, so that nobody speaks for everybody. */
const LIKES_EACH = 10;
/** A like, or a rating of four stars: who only opened something has not recommended it. */
const LEAST_STRENGTH = 0.5;

/**
 * What people liked, best first: of each person and item the strongest of the latest likes, halved for every day since, added up over
 * people. `likes`: of each person the newest first.
 */
export function socialProof(likes: Iterable<readonly FollowedLike[]>, nowMs: number): ProvenItem[] {
  const proven = new Map<number, { item: number; score: number; people: number }>();
  for (const ofPerson of likes) {
    for (const [item, score] of latestOf(ofPerson, nowMs)) {
      const known = proven.get(item);
      if (known === undefined) proven.set(item, { item, score, people: 1 });
      else {
        known.score += score;
        known.people += 1;
      }
    }
  }
  return [...proven.values()].sort((a, b) => b.score - a.score || a.item - b.item);
}

function latestOf(likes: readonly FollowedLike[], nowMs: number): ReadonlyMap<number, number> {
  const scores = new Map<number, number>();
  for (const { item, strength, atMs } of likes) {
    if (strength < LEAST_STRENGTH) continue;
    if (scores.size === LIKES_EACH && !scores.has(item)) break;
    const score = strength * 2 ** (Math.min(0, atMs - nowMs) / HALF_LIFE_MS);
    scores.set(item, Math.max(score, scores.get(item) ?? 0));
  }
  return scores;
}
