import { judgeNumeric, pairSorted } from '@attune/drift';
import { Random } from './random.ts';

const SIZE = 100_000;
const SHIFT = 0.02;

/** How often a shift too small to matter alarms. */
export interface SmallShift {
  readonly size: number;
  readonly shiftSd: number;
  readonly runs: number;
  /** The share of runs in which plain Kolmogorov-Smirnov has p < 0.05. */
  readonly plainKs: number;
  /** The share that is called drift here. */
  readonly drift: number;
}

/** Two normal samples, of which one is shifted a little: certain, and of no importance. */
export function runSmallShift(runs: number, seed: number): SmallShift {
  const random = new Random(seed);
  let [plain, drift] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const [one, other] = [sample(random, 0), sample(random, SHIFT)];
    const none = { nulls: 0, all: SIZE };
    const judged = judgeNumeric(pairSorted(one, other), { reference: none, current: none });
    if (judged.type === 'numeric' && judged.tests.ks!.pValue < 0.05) plain++;
    if (judged.drifted) drift++;
  }
  return { size: SIZE, shiftSd: SHIFT, runs, plainKs: plain / runs, drift: drift / runs };
}

function sample(random: Random, shift: number): Float64Array {
  return Float64Array.from({ length: SIZE }, () => random.normal() + shift).sort();
}
