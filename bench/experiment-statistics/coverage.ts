import { compareVariants, momentsOfY, type PairMoments, type VariantSums } from '@attune/statistics';
import { clickRatio, drawUnits, exponential, proportion, type Random, type World } from './experiment-worlds.ts';

const UNITS = 1_000;
type Kind = VariantSums['kind'];

/** The treatment has a tenth more. */
const CASES: readonly (readonly [Kind, World, World])[] = [
  ['mean', exponential(1), exponential(1.1)],
  ['proportion', proportion(0.1), proportion(0.11)],
  ['ratio', clickRatio(0.2), clickRatio(0.22)],
];

/** How often 95 % intervals of one look contain the truth. */
export interface Coverage {
  readonly metric: string;
  readonly runs: number;
  readonly difference: number;
  readonly lift: number;
}

/** Coverage of the intervals of difference and lift, at 1,000 units per variant. */
export function runCoverage(runs: number, random: Random): readonly Coverage[] {
  return CASES.map(([kind, control, treatment]) => {
    const [trueDifference, trueLift] = [treatment.truth - control.truth, treatment.truth / control.truth - 1];
    let [difference, lift] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const found = compareVariants({
        control: sumsOf(kind, drawUnits(control, UNITS, random)),
        treatment: sumsOf(kind, drawUnits(treatment, UNITS, random)),
      });
      if (found.status !== 'compared') throw new Error(found.reason);
      if (found.low <= trueDifference && trueDifference <= found.high) difference++;
      if (found.lift.isDefined && found.lift.low <= trueLift && trueLift <= found.lift.high) lift++;
    }
    return { metric: control.name, runs, difference: difference / runs, lift: lift / runs };
  });
}

function sumsOf(kind: Kind, pairs: PairMoments): VariantSums {
  switch (kind) {
    case 'mean':
      return { kind, moments: momentsOfY(pairs) };
    case 'proportion':
      return { kind, successes: Math.round(pairs.meanY * pairs.count), count: pairs.count };
    case 'ratio':
      return { kind, pairs };
    default:
      return kind satisfies never;
  }
}
