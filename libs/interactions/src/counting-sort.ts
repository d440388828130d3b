/** Row numbers in the order of their keys, which are 0 .. keyCount - 1; stable, O(rows + keys). */
export function sortByCount(rows: Uint32Array, keys: Int32Array, keyCount: number): Uint32Array {
  const next = new Uint32Array(keyCount + 1);
  for (const key of keys) next[key + 1]!++;
  for (let key = 0; key < keyCount; key++) next[key + 1]! += next[key]!;
  const sorted = new Uint32Array(rows.length);
  for (const row of rows) sorted[next[keys[row]!]!++] = row;
  return sorted;
}
