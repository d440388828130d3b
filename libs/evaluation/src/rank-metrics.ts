/**
 * Metrics of one ranking from the places of its relevant items: `ranks` has them ascending, 1 is the first place. `k` is the length
 * of the list that a user sees. Relevance is yes or no.
 */

/** The share of users with at least one relevant item in the list: 1 or 0 for one user (Deshpande and Karypis, TOIS 2004). */
export function hitAt(ranks: Int32Array, k: number): number {
  return ranks.length > 0 && ranks[0]! <= k ? 1 : 0;
}

/** |relevant in the list| / |relevant| (Manning, Raghavan and Schuetze, Introduction to Information Retrieval, 2008, section 8.4). */
export function recallAt(ranks: Int32Array, k: number): number {
  return foundAt(ranks, k) / ranks.length;
}

/** |relevant in the list| / k, also where the user has fewer than k relevant items (ibid., section 8.4). */
export function precisionAt(ranks: Int32Array, k: number): number {
  return foundAt(ranks, k) / k;
}

/**
 * DCG = sum of 1 / log2(1 + rank) over the relevant items in the list, divided by the DCG of a list that begins with
 * min(k, |relevant|) relevant items (Jaervelin and Kekaelaeinen, TOIS 2002).
 */
export function ndcgAt(ranks: Int32Array, k: number): number {
  let gain = 0;
  let ideal = 0;
  for (let i = 0; i < ranks.length && i < k; i++) {
    ideal += discount(i + 1);
    if (ranks[i]! <= k) gain += discount(ranks[i]!);
  }
  return ideal === 0 ? 0 : gain / ideal;
}

/**
 * Average precision: the sum, over the relevant items in the list, of the precision at their place, divided by min(k, |relevant|)
 * (Manning et al. 2008, section 8.4, with the list cut at k). Its mean over users is MAP@k.
 */
export function averagePrecisionAt(ranks: Int32Array, k: number): number {
  let sum = 0;
  for (let i = 0; i < ranks.length && ranks[i]! <= k; i++) sum += (i + 1) / ranks[i]!;
  return sum / Math.min(k, ranks.length);
}

/** 1 / the place of the first relevant item, 0 where it is not in the list (Voorhees, TREC-8 Question Answering, 1999). */
export function reciprocalRankAt(ranks: Int32Array, k: number): number {
  return hitAt(ranks, k) === 1 ? 1 / ranks[0]! : 0;
}

/**
 * The share of pairs of a relevant and another candidate in which the relevant one has the higher score; equal scores are not higher
 * (Rendle et al., BPR, UAI 2009, section 3). NaN where there is no other candidate.
 */
export function areaUnderCurve(ranks: Int32Array, candidateCount: number): number {
  const others = candidateCount - ranks.length;
  if (others <= 0) return Number.NaN;
  let above = 0;
  // before the i-th relevant item there are i - 1 relevant ones and the others that are above it
  for (let i = 0; i < ranks.length; i++) above += ranks[i]! - (i + 1);
  return 1 - above / (ranks.length * others);
}

function foundAt(ranks: Int32Array, k: number): number {
  let found = 0;
  while (found < ranks.length && ranks[found]! <= k) found++;
  return found;
}

const DISCOUNTS = Float64Array.from({ length: 1_024 }, (_, rank) => 1 / Math.log2(1 + rank));

function discount(rank: number): number {
  return rank < DISCOUNTS.length ? DISCOUNTS[rank]! : 1 / Math.log2(1 + rank);
}
