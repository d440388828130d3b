import { type PositiveEntry, recentPositives } from '../blocks/recent-positives';
import { userFacts } from '../blocks/user-facts';
import type { EntityState } from '../entity-state';
import { DAY_MS, type ScoredName } from './feature';

/** After so long a positive interaction says half as much of somebody's taste. */
const HALF_LIFE_MS = 30 * DAY_MS;

/** How much an entry weighs at a moment: its strength, halved for every 30 days since. */
function weightOf({ strength, timeMs }: PositiveEntry, nowMs: number): number {
  return strength * 2 ** (Math.min(0, timeMs - nowMs) / HALF_LIFE_MS);
}

/** What was computed last for one state as it is at one moment: several features of a read ask for the same. */
interface Taste {
  readonly user: EntityState;
  readonly changes: number;
  readonly nowMs: number;
  readonly weights: Float64Array;
  /** Undefined until somebody asks; null where nothing speaks. */
  shares: ReadonlyMap<string, ScoredName> | undefined | null;
}

let latest: Taste | undefined;

function tasteOf(user: EntityState, nowMs: number): Taste {
  if (latest !== undefined && latest.user === user && latest.nowMs === nowMs && latest.changes === user.changes) {
    return latest;
  }
  const entries = user.part(recentPositives);
  const weights = new Float64Array(entries.length);
  for (let at = 0; at < entries.length; at++) weights[at] = weightOf(entries[at]!, nowMs);
  latest = { user, changes: user.changes, nowMs, weights, shares: undefined };
  return latest;
}

/** How much each of the recent positive interactions of a user weighs at a moment. */
export function weightsOf(user: EntityState, nowMs: number): Float64Array {
  return tasteOf(user, nowMs).weights;
}

/** A name with a score that is still added up. */
export interface Sum {
  readonly name: string;
  score: number;
}

/** Adds up weights by name: one look-up each, for reads do this a hundred times. */
export function addWeight(sums: Map<string, Sum>, name: string, weight: number): void {
  const known = sums.get(name);
  if (known === undefined) sums.set(name, { name, score: weight });
  else known.score += weight;
}

/**
 * The share of each topic in a user's interest, which add up to 1: recent positive interactions by weight, each divided among its
 * item's topics, and the declared interests, which together weigh as much as one like. Undefined where nothing speaks.
 */
export function interestShares(user: EntityState, nowMs: number): ReadonlyMap<string, ScoredName> | undefined {
  const taste = tasteOf(user, nowMs);
  if (taste.shares === undefined) taste.shares = computeShares(user, taste.weights) ?? null;
  return taste.shares ?? undefined;
}

function computeShares(user: EntityState, weights: Float64Array): ReadonlyMap<string, ScoredName> | undefined {
  const sums = new Map<string, Sum>();
  let total = 0;
  const entries = user.part(recentPositives);
  for (let at = 0; at < entries.length; at++) {
    const { topics } = entries[at]!;
    if (topics.length === 0) continue;
    const weight = weights[at]!;
    for (const topic of topics) addWeight(sums, topic, weight / topics.length);
    total += weight;
  }
  const declared = user.part(userFacts).facts?.interests ?? [];
  for (const interest of declared) addWeight(sums, interest, 1 / declared.length);
  if (declared.length > 0) total += 1;
  if (total === 0) return undefined;
  for (const sum of sums.values()) sum.score /= total;
  return sums;
}

/** The names with the greatest scores, best first; equal scores in the order of their names. */
export function best(scores: Iterable<ScoredName>, count: number): ScoredName[] {
  const found: ScoredName[] = [];
  for (const one of scores) {
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
