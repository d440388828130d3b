import { type PositiveEntry, recentPositives } from '../blocks/recent-positives';
import type { EntityState } from '../entity-state';
import { DAY_MS, type ScoredName } from './feature';
import { type TopicsOfUser, topicsOf } from './topics-of-user';

/** After so long a positive interaction says half as much of somebody's taste. */
const HALF_LIFE_MS = 30 * DAY_MS;

/** How much an entry weighs at a moment: its strength, halved for every 30 days since. */
function weightOf({ strength, timeMs }: PositiveEntry, nowMs: number): number {
  return strength * 2 ** (Math.min(0, timeMs - nowMs) / HALF_LIFE_MS);
}

/** How much of a user's interest each topic has: numbers by the places of the topics, which add up to 1. */
export interface InterestShares {
  readonly topics: TopicsOfUser;
  readonly shares: Float64Array;
}

/** What was computed last for one state as it is at one moment: several features of a read ask for the same. */
interface Taste {
  readonly user: EntityState;
  readonly changes: number;
  readonly nowMs: number;
  readonly weights: Float64Array;
  /** Undefined until somebody asks; null where nothing speaks. */
  interest: InterestShares | undefined | null;
}

let latest: Taste | undefined;

function tasteOf(user: EntityState, nowMs: number): Taste {
  if (latest !== undefined && latest.user === user && latest.nowMs === nowMs && latest.changes === user.changes) {
    return latest;
  }
  const entries = user.part(recentPositives);
  const weights = new Float64Array(entries.length);
  for (let at = 0; at < entries.length; at++) weights[at] = weightOf(entries[at]!, nowMs);
  latest = { user, changes: user.changes, nowMs, weights, interest: undefined };
  return latest;
}

/** How much each of the recent positive interactions of a user weighs at a moment. */
export function weightsOf(user: EntityState, nowMs: number): Float64Array {
  return tasteOf(user, nowMs).weights;
}

/**
 * The share of each topic in a user's interest, which add up to 1: recent positive interactions by weight, each divided among its
 * item's topics, and the declared interests, which together weigh as much as one like. Undefined where nothing speaks.
 */
export function interestShares(user: EntityState, nowMs: number): InterestShares | undefined {
  const taste = tasteOf(user, nowMs);
  if (taste.interest === undefined) taste.interest = computeShares(topicsOf(user), taste.weights) ?? null;
  return taste.interest ?? undefined;
}

function computeShares(topics: TopicsOfUser, weights: Float64Array): InterestShares | undefined {
  const { names, ofEntries, declared } = topics;
  const shares = new Float64Array(names.length);
  let total = 0;
  for (let at = 0; at < ofEntries.length; at++) {
    const places = ofEntries[at]!;
    if (places.length === 0) continue;
    const weight = weights[at]!;
    const part = weight / places.length;
    for (let n = 0; n < places.length; n++) shares[places[n]!]! += part;
    total += weight;
  }
  for (const place of declared) shares[place]! += 1 / declared.length;
  if (declared.length > 0) total += 1;
  if (total === 0) return undefined;
  for (let place = 0; place < shares.length; place++) shares[place]! /= total;
  return { topics, shares };
}

/** The names with the greatest scores, best first; equal scores in the order of their names. A score of 0 is none. */
export function best(names: readonly string[], scores: Float64Array, count: number): ScoredName[] {
  const found: ScoredName[] = [];
  for (let place = 0; place < scores.length; place++) {
    const score = scores[place]!;
    if (score === 0) continue;
    const one = { name: names[place]!, score };
    if (found.length === count && !isBetter(one, found[count - 1]!)) continue;
    let at = found.length < count ? found.length : count - 1;
    for (; at > 0 && isBetter(one, found[at - 1]!); at--) found[at] = found[at - 1]!;
    found[at] = one;
  }
  return found;
}

function isBetter(one: ScoredName, than: ScoredName): boolean {
  return one.score > than.score || (one.score === than.score && one.name < than.name);
}
