/** Counts as shares that add up to 1, or undefined where nothing was counted. */
export function sharesOf(counts: ArrayLike<number>): readonly number[] | undefined {
  const all = Array.from(counts);
  const total = all.reduce((sum, count) => sum + count, 0);
  return total === 0 ? undefined : all.map((count) => count / total);
}
