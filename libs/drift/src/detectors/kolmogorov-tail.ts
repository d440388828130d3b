import { binomialDensity } from './binomial-density';

const PI_2 = Math.PI ** 2;
const PI_4 = Math.PI ** 4;
const PI_6 = Math.PI ** 6;
/** From this n d^2 on, the two one-sided tails overlap by less than what shows in 9 digits (Simard and L'Ecuyer 2011). */
const TAIL_FROM = 2.2;
/** Above this many values the sum would take seconds, and the formula for large samples is off by a relative 1e-5 at most. */
const MOST_SUMMED = 1_000_000;

/**
 * P(D > d) of Kolmogorov's statistic of `n` values against a known distribution, n above 140: twice Smirnov's exact one-sided tail where
 * n d^2 >= 2.2, else the expansion of Pelz and Good (1976). Absolute error below 1e-9 for n above 5,000.
 */
export function kolmogorovTail(n: number, d: number): number {
  if (d <= 0) return 1;
  if (d >= 1 || n * d * d >= 370) return 0;
  if (n * d * d >= TAIL_FROM) return Math.min(1, 2 * smirnovTail(n, d));
  return Math.min(1, Math.max(0, 1 - pelzGood(n, d)));
}

/** P(D+ > d): a sum of n (1 - d) terms, each a binomial density; SciPy does the same. */
function smirnovTail(n: number, d: number): number {
  // Miller 1956
  if (n > MOST_SUMMED) return Math.exp(-((6 * n * d + 1) ** 2) / (18 * n));
  let sum = 0;
  for (let j = 0; j <= Math.floor(n * (1 - d)); j++) {
    const p = d + j / n;
    if (p <= 1) sum += (d / p) * binomialDensity(j, n, p);
  }
  return sum;
}

/** P(D <= d) = K0(z) + K1(z) / sqrt(n) + K2(z) / n + K3(z) / n^1.5 with z = d sqrt(n), as theta series for small z. */
function pelzGood(n: number, d: number): number {
  const z = d * Math.sqrt(n);
  const [z2, z4, z6] = [z ** 2, z ** 4, z ** 6];
  const most = Math.ceil((16 * z) / Math.PI);
  const sums = [0, 0, 0, 0];
  for (let k = 1; k <= most; k++) {
    const m = (2 * k - 1) ** 2;
    const weight = Math.exp((-PI_2 * m) / (8 * z2));
    sums[0]! += weight;
    sums[1]! += weight * (-z2 + (PI_2 / 4) * m);
    sums[2]! +=
      weight * (6 * z6 + 2 * z4 + (((2 * z4 - 5 * z2) * PI_2) / 4) * m + ((PI_4 * (1 - 2 * z2)) / 16) * m ** 2);
    sums[3]! +=
      weight *
      (-30 * z6 -
        90 * z ** 8 +
        ((PI_2 * (135 * z4 - 96 * z6)) / 4) * m +
        ((PI_4 * (-60 * z2 + 212 * z4)) / 16) * m ** 2 +
        ((PI_6 * (5 - 30 * z2)) / 64) * m ** 3);
  }
  const [k0, k1, k2, k3] = sums.map(
    (sum, at) => (sum * Math.sqrt(2 * Math.PI)) / [z, 6 * z4, 72 * z ** 7, 6_480 * z ** 10][at]!,
  );
  let [extra2, extra3] = [0, 0];
  for (let k = 1; k <= most; k++) {
    const weight = k * k * Math.exp((-PI_2 * k * k) / (2 * z2));
    extra2 += weight;
    extra3 += weight * (3 * z2 - PI_2 * k * k);
  }
  const scale = PI_2 * Math.sqrt(2 * Math.PI);
  return (
    k0! +
    k1! / Math.sqrt(n) +
    (k2! - (scale * extra2) / (36 * z ** 3)) / n +
    (k3! + (scale * extra3) / (216 * z6)) / n ** 1.5
  );
}
