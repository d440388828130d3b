import { seededRandom } from '@attune/testkit';

/** Numbers to test with, the same in every run. */
export interface Draws {
  readonly uniform: () => number;
  readonly normal: () => number;
  readonly exponential: () => number;
  readonly bernoulli: (share: number) => 0 | 1;
}

/** Draws from usual distributions. */
export function drawsOf(seed: number): Draws {
  const uniform = seededRandom(seed);
  return {
    uniform,
    // Box and Muller 1958
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    exponential: () => -Math.log(1 - uniform()),
    bernoulli: (share) => (uniform() < share ? 1 : 0),
  };
}

/** `count` draws. */
export function many(count: number, draw: () => number): number[] {
  return Array.from({ length: count }, draw);
}

/** The share of `runs` trials that are true. */
export function shareOf(runs: number, trial: (run: number) => boolean): number {
  let count = 0;
  for (let run = 0; run < runs; run++) if (trial(run)) count++;
  return count / runs;
}
