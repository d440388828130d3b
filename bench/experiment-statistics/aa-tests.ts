import {
  alwaysValidPValue,
  betaQuantile,
  type Estimate,
  effectiveCount,
  mergePairMoments,
  NO_PAIRS,
  normalTail,
  ratioMoments,
} from '@attune/statistics';
import {
  clickRatio,
  drawUnits,
  exponential,
  logNormal,
  proportion,
  type Random,
  type World,
} from './experiment-worlds.ts';

const LOOKS = 100;
/** Per variant and look; after 100 looks there are 10,000 in both. */
const UNITS_PER_LOOK = 50;
/** The default, and one for much fewer units, with which more is risked at the first looks. */
const TUNED_FOR = [10_000, 2_000] as const;

/** Of `runs` A/A tests, how many told of a difference that is not there. */
export interface AaResult {
  readonly metric: string;
  readonly runs: number;
  /** By the sequence, for each of `tunedFor`: the share, and its upper bound with 99 % confidence. */
  readonly sequence: readonly { readonly tunedFor: number; readonly share: number; readonly upperBound: number }[];
  /** By looking each time whether the plain p value is below 0.05. */
  readonly peeking: number;
  /** By the plain p value at the last look alone. */
  readonly lastLook: number;
}

/** A/A tests of all metrics, each looked at 100 times. */
export function runAaTests(runs: number, random: Random): readonly AaResult[] {
  return [exponential(), logNormal(), proportion(0.1), proportion(0.01), clickRatio()].map((world) => {
    const counts = { told: TUNED_FOR.map(() => 0), peeking: 0, lastLook: 0 };
    for (let run = 0; run < runs; run++) {
      const { told, isPeeked, isLast } = runOne(world, random);
      for (const [which, was] of told.entries()) if (was) counts.told[which]!++;
      if (isPeeked) counts.peeking++;
      if (isLast) counts.lastLook++;
    }
    return {
      metric: world.name,
      runs,
      sequence: TUNED_FOR.map((tunedFor, which) => {
        const count = counts.told[which]!;
        // Clopper and Pearson 1934
        const upperBound = betaQuantile(0.99, { a: count + 1, b: runs - count });
        return { tunedFor, share: count / runs, upperBound };
      }),
      peeking: counts.peeking / runs,
      lastLook: counts.lastLook / runs,
    };
  });
}

function runOne(world: World, random: Random) {
  let [control, treatment] = [NO_PAIRS, NO_PAIRS];
  let [isPeeked, isLast] = [false, false];
  const told = TUNED_FOR.map(() => false);
  for (let look = 1; look <= LOOKS; look++) {
    control = mergePairMoments(control, drawUnits(world, UNITS_PER_LOOK, random));
    treatment = mergePairMoments(treatment, drawUnits(world, UNITS_PER_LOOK, random));
    const at = lookAt(ratioMoments(control), ratioMoments(treatment));
    isLast = at.standardError > 0 && 2 * normalTail(Math.abs(at.difference) / at.standardError) < 0.05;
    isPeeked ||= isLast;
    for (const [which, tunedFor] of TUNED_FOR.entries()) told[which] ||= alwaysValidPValue(at, { tunedFor }) < 0.05;
  }
  return { told, isPeeked, isLast };
}

function lookAt(control: Estimate, treatment: Estimate) {
  return {
    difference: treatment.mean - control.mean,
    standardError: Math.hypot(control.standardError, treatment.standardError),
    count: effectiveCount(control.count, treatment.count),
  };
}
