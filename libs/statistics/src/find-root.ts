/**
 * Where a rising function crosses zero between `low` and `high`, by bisection until the bounds touch in floating point. The function is
 * below zero at `low` and above at `high`.
 */
export function findRoot(rising: (x: number) => number, low: number, high: number): number {
  let [below, above] = [low, high];
  for (let round = 0; round < 200; round++) {
    const middle = below + (above - below) / 2;
    if (middle <= below || middle >= above) break;
    if (rising(middle) < 0) below = middle;
    else above = middle;
  }
  return above;
}
