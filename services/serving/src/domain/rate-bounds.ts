/** How often something happened. Counts need not be whole. */
export interface Count {
  readonly happened: number;
  readonly total: number;
}

/** Where a rate lies, 0 to 1. */
export interface RateBounds {
  readonly low: number;
  readonly high: number;
}

/** Jeffreys' prior. */
const PRIOR = 0.5;
/** 2^-32 of the interval is left: finer than any rate here needs to be told. */
const HALVINGS = 32;

/**
 * A confidence sequence for the rate of independent events of one rate: with probability at least 1 - `alpha` the rate lies within the
 * bounds at every look, however often and whenever somebody looks. The likelihood ratio of the beta-binomial mixture against a rate p,
 * B(a + s, b + n - s) / B(a, b) / (p^s (1 - p)^(n - s)), is a martingale of mean 1 where p is the rate, so by Ville's inequality it ever
 * reaches 1 / alpha with probability at most alpha; the bounds hold all rates for which it has not (Robbins 1970; Howard, Ramdas,
 * McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences", Annals of Statistics 49(2), 2021).
 */
export function rateBounds({ happened, total }: Count, alpha: number): RateBounds {
  if (total <= 0) return { low: 0, high: 1 };
  const missed = total - happened;
  const mixture = logBeta(PRIOR + happened, PRIOR + missed) - logBeta(PRIOR, PRIOR);
  const limit = -Math.log(alpha);
  const isPossible = (rate: number) => mixture - times(happened, rate) - times(missed, 1 - rate) < limit;
  const rate = happened / total;
  return {
    low: edge(isPossible, { possible: rate, impossible: 0 }),
    high: edge(isPossible, { possible: rate, impossible: 1 }),
  };
}

/** The last possible rate on the way to one that may not be; the ratio falls towards the observed rate from both sides. */
function edge(isPossible: (rate: number) => boolean, ends: { possible: number; impossible: number }): number {
  let { possible, impossible } = ends;
  if (isPossible(impossible)) return impossible;
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (possible + impossible) / 2;
    if (isPossible(middle)) possible = middle;
    else impossible = middle;
  }
  return impossible;
}

/** count * log(rate), where nothing happened 0. */
function times(count: number, rate: number): number {
  return count === 0 ? 0 : count * Math.log(rate);
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** log Gamma(x) for x >= 0.5, by Lanczos' approximation with g = 7 and nine terms (Numerical Recipes 6.1): relative error below 1e-13. */
function logGamma(x: number): number {
  const shifted = x - 1;
  let sum = LANCZOS[0]!;
  for (let k = 1; k < LANCZOS.length; k++) sum += LANCZOS[k]! / (shifted + k);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}
