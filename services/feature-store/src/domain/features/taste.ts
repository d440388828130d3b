import { type PositiveEntry, recentPositives } from '../blocks/recent-positives';
import { userFacts } from '../blocks/user-facts';
import type { EntityState } from '../entity-state';
import { DAY_MS, type ScoredName } from './feature';

/** After so long a positive interaction says half as much of somebody's taste. */
const HALF_LIFE_MS = 30 * DAY_MS;

/** How much an entry weighs at a moment: its strength, halved for every 30 days since. */
export function weightOf({ strength, timeMs }: PositiveEntry, nowMs: number): number {
  return strength * 2 ** (Math.min(0, timeMs - nowMs) / HALF_LIFE_MS);
}

/** Adds up weights by key. */
export function addWeight<K>(sums: Map<K, number>, key: K, weight: number): void {
  sums.set(key, (sums.get(key) ?? 0) + weight);
}

/**
 * The share of each topic in a user's interest, which add up to 1: recent positive interactions by weight, each divided among its
 * item's topics, and the declared interests, which together weigh as much as one like. Undefined where nothing speaks.
 */
export function interestShares(user: EntityState, nowMs: number): ReadonlyMap<string, number> | undefined {
  const sums = new Map<string, number>();
  let total = 0;
  for (const entry of user.part(recentPositives)) {
    if (entry.topics.length === 0) continue;
    const weight = weightOf(entry, nowMs);
    for (const topic of entry.topics) addWeight(sums, topic, weight / entry.topics.length);
    total += weight;
  }
  const declared = user.part(userFacts).facts?.interests ?? [];
  for (const interest of declared) addWeight(sums, interest, 1 / declared.length);
  if (declared.length > 0) total += 1;
  if (total === 0) return undefined;
  for (const [topic, sum] of sums) sums.set(topic, sum / total);
  return sums;
}

/** Names with the greatest scores, best first; equal scores in the order of their names. */
export function best(scores: Iterable<readonly [string, number]>, count: number): ScoredName[] {
  return Array.from(scores, ([name, score]) => ({ name, score }))
    .sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1))
    .slice(0, count);
}
