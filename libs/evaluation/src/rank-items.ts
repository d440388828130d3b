/**
 * The places of relevant items among candidates. `others` are the scores of the candidates that are not relevant, NaN where an item
 * is no candidate. Ties count against the model: among equals the relevant ones come last. [relevant], ascending from 1.
 *
 * `relevant` has the scores of the relevant items from high to low.
 */
export function placesOf(relevant: Float32Array, others: Float32Array): Int32Array {
  const ranks = new Int32Array(relevant.length);
  if (relevant.length === 1) {
    ranks[0] = 1 + countAtLeast(others, relevant[0]!);
    return ranks;
  }
  const lowest = relevant[relevant.length - 1]!;
  // ranks[i] first counts the others that are above relevant i, but below relevant i - 1
  for (let item = 0; item < others.length; item++) {
    const score = others[item]!;
    if (score >= lowest) ranks[firstAtMost(relevant, score)]!++;
  }
  for (let i = 0, above = 0; i < ranks.length; i++) {
    above += ranks[i]!;
    ranks[i] = above + i + 1;
  }
  return ranks;
}

function countAtLeast(scores: Float32Array, bound: number): number {
  let count = 0;
  for (let item = 0; item < scores.length; item++) if (scores[item]! >= bound) count++;
  return count;
}

/** The first place of a descending list whose value is at most `score`, by halving. */
function firstAtMost(descending: Float32Array, score: number): number {
  let low = 0;
  let high = descending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (descending[middle]! <= score) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Writes the k items with the highest scores into `top`, best first, and -1 where there are fewer candidates; equal scores are in
 * the order of the items. Items with the score NaN are no candidates. Selects without sorting: one comparison for almost every item.
 */
export function selectTop(scores: Float32Array, top: Int32Array): void {
  const k = top.length;
  let count = 0;
  let bound = Number.NEGATIVE_INFINITY;
  for (let item = 0; item < scores.length; item++) {
    const score = scores[item]!;
    if (!(count < k ? score >= Number.NEGATIVE_INFINITY : score > bound)) continue;
    let place = count < k ? count++ : k - 1;
    for (; place > 0 && scores[top[place - 1]!]! < score; place--) top[place] = top[place - 1]!;
    top[place] = item;
    if (count === k) bound = scores[top[k - 1]!]!;
  }
  top.fill(-1, count);
}
