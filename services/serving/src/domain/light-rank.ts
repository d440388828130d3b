import type { Candidate } from './candidate';

/** How much the first places of a list stand out; the value of the paper, which found that it matters little. */
const RANK_OFFSET = 60;

// A sum of at most nine terms of 1/61 lies below .15: as a whole number of 2^36ths below 2^34. With 2^19 for the place it stays exact
// in a double, and whole numbers sort without a comparator, ten times as fast. Half a million candidates are more than all sources
// can give; what would come after them is not ranked.
const SCORE_STEPS = 2 ** 36;
const PLACES = 2 ** 19;

/** The best candidates, and the others; both best first. */
export interface LightlyRanked {
  readonly best: readonly Candidate[];
  readonly rest: readonly Candidate[];
}

/**
 * Chooses the `depth` candidates that are worth scoring, by the places that the sources gave them alone: reciprocal rank fusion
 * (Cormack, Clarke and Buettcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods", SIGIR 2009):
 * an item's score is the sum of 1 / (60 + place) over the lists that have it, places counted from 1. It needs no common scale.
 * Equal sums stay in the order of the candidates. With no more candidates than `depth` there is nothing to choose, and they stay as
 * they are. O(n log n).
 */
export function lightRank(candidates: readonly Candidate[], depth: number): LightlyRanked {
  if (candidates.length <= depth) return { best: candidates, rest: [] };
  const keys = new Float64Array(Math.min(candidates.length, PLACES));
  for (let at = 0; at < keys.length; at++) {
    keys[at] = Math.round(fusedScore(candidates[at]!) * SCORE_STEPS) * PLACES + (PLACES - 1 - at);
  }
  keys.sort();
  const best: Candidate[] = [];
  const rest: Candidate[] = [];
  for (let at = keys.length - 1; at >= 0; at--) {
    (best.length < depth ? best : rest).push(candidates[PLACES - 1 - (keys[at]! % PLACES)]!);
  }
  return { best, rest };
}

/** The sum of reciprocal ranks over the lists that have the item. */
export function fusedScore({ sourceScores }: Candidate): number {
  let sum = 0;
  for (const { rank } of sourceScores) sum += 1 / (RANK_OFFSET + 1 + rank);
  return sum;
}
