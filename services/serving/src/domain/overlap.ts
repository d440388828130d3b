/**
 * The share of the best `depth` of one list that are among the best `depth` of the other, whatever their order (overlap at depth; Webber,
 * Moffat and Zobel, "A similarity measure for indefinite rankings", TOIS 28(4), 2010, section 3). Where a list is shorter, so is the
 * depth for both; 0 where one is empty.
 */
export function overlapAt(one: ArrayLike<number>, other: ArrayLike<number>, depth: number): number {
  const length = Math.min(depth, one.length, other.length);
  if (length === 0) return 0;
  const best = new Set(Array.prototype.slice.call(one, 0, length));
  let shared = 0;
  for (let rank = 0; rank < length; rank++) if (best.has(other[rank])) shared++;
  return shared / length;
}
