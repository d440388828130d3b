import { sampleRatioTest, sequentialSampleRatio } from '@attune/statistics';
import type { Random } from './experiment-worlds.ts';

const HALVES = [0.5, 0.5];
const LOOKS = 100;

/** A way to understand "2 % of 100,000 units are lost". */
interface Reading {
  readonly name: string;
  /** Assigned to both variants together. */
  readonly units: number;
  /** The share of the treatment's units that is lost. */
  readonly lost: number;
  /** Assigned by turns instead of by chance. */
  readonly isBalanced?: boolean;
}

const READINGS: readonly Reading[] = [
  { name: '2 % of all units, from one variant; 100,000 in all', units: 100_000, lost: 0.04 },
  { name: '2 % of one variant; 100,000 in each', units: 200_000, lost: 0.02 },
  { name: '2 % of one variant; 100,000 in all', units: 100_000, lost: 0.02 },
  { name: 'the same, with halves that were exactly equal', units: 100_000, lost: 0.02, isBalanced: true },
  { name: 'nothing lost; 100,000 in all', units: 100_000, lost: 0 },
];

/** How often a loss is found, by the threshold of the p value. */
export interface LossesFound {
  readonly reading: string;
  readonly runs: number;
  readonly below05: number;
  readonly below01: number;
  readonly below001: number;
  /** By the test that holds at every look, at one look. */
  readonly sequentialBelow01: number;
}

/** How often losses are found, for each way to understand them. */
export function runSampleRatioLosses(runs: number, random: Random): readonly LossesFound[] {
  return READINGS.map((reading) => {
    const found = [0, 0, 0, 0];
    // false alarms are rare, and are therefore counted over more runs
    const all = reading.lost === 0 ? 10 * runs : runs;
    for (let run = 0; run < all; run++) {
      const counts = countsOf(reading, random);
      const { pValue } = sampleRatioTest(counts, HALVES);
      for (const [at, threshold] of [0.05, 0.01, 0.001].entries()) if (pValue < threshold) found[at]!++;
      if (sequentialSampleRatio(counts, HALVES).pValue < 0.01) found[3]!++;
    }
    const [below05, below01, below001, sequentialBelow01] = found.map((count) => count / all);
    return {
      reading: reading.name,
      runs: all,
      below05: below05!,
      below01: below01!,
      below001: below001!,
      sequentialBelow01: sequentialBelow01!,
    };
  });
}

/** False alarms below 0.01 of a healthy experiment that is looked at 100 times on its way to 100,000 units. */
export function runSampleRatioLooks(runs: number, random: Random) {
  let [fixed, sequential] = [0, 0];
  for (let run = 0; run < runs; run++) {
    let [treatment, isFixed, isSequential] = [0, false, false];
    for (let look = 1; look <= LOOKS; look++) {
      for (let unit = 0; unit < 1_000; unit++) if (random() < 0.5) treatment++;
      const counts = [look * 1_000 - treatment, treatment];
      isFixed ||= sampleRatioTest(counts, HALVES).pValue < 0.01;
      isSequential ||= sequentialSampleRatio(counts, HALVES).pValue < 0.01;
    }
    if (isFixed) fixed++;
    if (isSequential) sequential++;
  }
  return { runs, looks: LOOKS, fixed: fixed / runs, sequential: sequential / runs };
}

function countsOf({ units, lost, isBalanced }: Reading, random: Random): readonly number[] {
  let [control, treatment] = [0, 0];
  for (let unit = 0; unit < units; unit++) {
    const isTreatment = isBalanced ? unit % 2 === 0 : random() < 0.5;
    if (!isTreatment) control++;
    else if (lost === 0 || random() >= lost) treatment++;
  }
  return [control, treatment];
}
