/**
 * P(D >= d) of the two-sample Kolmogorov-Smirnov statistic, exactly for samples without ties: the share of lattice paths that leave the
 * corridor |x / m - y / n| < d (Hodges 1958; the recursion of SciPy's `ks_2samp(method='exact')`). Takes m n steps at most.
 */
export function twoSampleTail(d: number, one: number, other: number): number {
  const [m, n] = [Math.max(one, other), Math.min(one, other)];
  const divisor = greatestDivisor(m, n);
  const [perM, perN] = [m / divisor, n / divisor];
  // d is a multiple of 1 / lcm
  const height = Math.round(d * perM * n);
  if (height === 0) return 1;
  const shares = new Float64Array(n + 2).fill(1);
  let low = 0;
  let high = Math.min(Math.ceil(height / perM), n + 1);
  shares.fill(0, 0, high);
  let length = high;
  for (let i = 1; i <= m; i++) {
    const [lastLow, lastLength] = [low, length];
    low = Math.min(Math.max(Math.floor((perN * i - height) / perM) + 1, 0), n);
    high = Math.min(Math.ceil((perN * i + height) / perM), n + 1);
    if (high <= low) return 1;
    length = high - low;
    let share = low === 0 ? 0 : 1;
    for (let at = 0; at < length; at++) {
      const j = at + low;
      share = (shares[j - lastLow]! * i + share * j) / (i + j);
      shares[at] = share;
    }
    if (lastLength > length) shares.fill(1, length, lastLength);
  }
  return Math.min(1, shares[length - 1]!);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
