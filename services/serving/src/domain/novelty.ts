/**
 * How new each item would be to most people, from 0 for the best known to 1 for what nobody knows: 1 - ln(1 + p) / ln(1 + max p) for
 * counts or decayed sums p, since a thousand views more mean little to what has a million. [n]; where no p is known (NaN) nobody is
 * known to know the item. All 0 where nothing is known of any, so that novelty then decides nothing.
 */
export function noveltyOf(popularity: ArrayLike<number>): Float64Array {
  const novelty = new Float64Array(popularity.length);
  let most = 0;
  for (let at = 0; at < popularity.length; at++) if (popularity[at]! > most) most = popularity[at]!;
  if (most === 0) return novelty;
  const scale = Math.log1p(most);
  for (let at = 0; at < novelty.length; at++) {
    const known = popularity[at]!;
    novelty[at] = known > 0 ? 1 - Math.log1p(known) / scale : 1;
  }
  return novelty;
}
