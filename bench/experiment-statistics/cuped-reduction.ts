import { cuped } from '@attune/statistics';
import { drawUnits, normalOf, type Random, type World } from './experiment-worlds.ts';

const UNITS = 50_000;

/** What CUPED leaves of the variance, beside 1 - rho^2. */
export interface Reduction {
  readonly rho: number;
  readonly runs: number;
  readonly expected: number;
  /** The mean over the runs. */
  readonly left: number;
  /** The largest |left / expected - 1| of any run. */
  readonly worstOff: number;
}

/** CUPED on pairs of normals with a known correlation, 50,000 units per variant. */
export function runCupedReduction(runs: number, random: Random): readonly Reduction[] {
  return [0.3, 0.5, 0.7, 0.9].map((rho) => {
    const expected = 1 - rho * rho;
    const world = correlated(rho);
    const left = Array.from({ length: runs }, () => {
      return 1 - cuped(drawUnits(world, UNITS, random), drawUnits(world, UNITS, random)).varianceReduction;
    });
    return {
      rho,
      runs,
      expected,
      left: left.reduce((sum, one) => sum + one / runs, 0),
      worstOff: Math.max(...left.map((one) => Math.abs(one / expected - 1))),
    };
  });
}

const correlated = (rho: number): World => ({
  name: `rho ${rho}`,
  truth: 0,
  draw: (random, into) => {
    const x = normalOf(random);
    into[0] = x;
    into[1] = rho * x + Math.sqrt(1 - rho * rho) * normalOf(random);
  },
});
