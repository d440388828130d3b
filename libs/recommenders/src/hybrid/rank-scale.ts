/**
 * One user's scores as -ln(r / n), where r is the mean rank of an item among equals and n the number of items: 0 for the last,
 * ln(n) for the first. Any model's scores become comparable by it, whatever their scale and shape; chances fall with rank about as
 * a power of it, so log-odds are about linear in it. [itemCount] into `target`; `sorted` [itemCount] is scratch. O(n log n).
 */
export function logRanks(scores: Float32Array, target: Float32Array, sorted: Float32Array): void {
  const count = scores.length;
  sorted.set(scores);
  sorted.sort();
  for (let item = 0; item < count; item++) {
    const below = firstAtLeast(sorted, scores[item]!);
    const notAbove = firstAbove(sorted, scores[item]!);
    target[item] = -Math.log((count - (below + notAbove - 1) / 2) / count);
  }
}

function firstAtLeast(sorted: Float32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstAbove(sorted: Float32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
