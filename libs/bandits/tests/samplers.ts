/** A standard normal number (Box and Muller). */
export function normalFrom(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A Gamma number of scale 1 and a shape of at least 1 (Marsaglia and Tsang 2000). */
export function gammaFrom(random: () => number, shape: number): number {
  const d = shape - 1 / 3;
  for (;;) {
    const z = normalFrom(random);
    const v = (1 + z / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * z * z + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** A Beta number; a and b at least 1. */
export function betaFrom(random: () => number, a: number, b: number): number {
  const x = gammaFrom(random, a);
  return x / (x + gammaFrom(random, b));
}

/** How often each sampler has the highest value. */
export function shareOfWins(samplers: readonly (() => number)[], draws: number): number[] {
  const wins = samplers.map(() => 0);
  for (let draw = 0; draw < draws; draw++) {
    const values = samplers.map((sample) => sample());
    wins[values.indexOf(Math.max(...values))]!++;
  }
  return wins.map((count) => count / draws);
}
