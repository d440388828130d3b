/** Counts in some slots as shares that add up to 1, or undefined where nothing was counted. */
export function sharesOf(slots: Float64Array, at: number, count: number): readonly number[] | undefined {
  let total = 0;
  for (let slot = at; slot < at + count; slot++) total += slots[slot]!;
  if (total === 0) return undefined;
  const shares: number[] = [];
  for (let slot = at; slot < at + count; slot++) shares.push(slots[slot]! / total);
  return shares;
}
