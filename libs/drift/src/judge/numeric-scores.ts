import { DEFAULT_BOUNDS } from '../column/drift-bounds';
import { largestGap } from '../detectors/kolmogorov-smirnov';
import { type PairedCounts, type PairedSizes, pairSketches } from '../detectors/paired-counts';
import { populationStability } from '../detectors/population-stability';
import { wasserstein } from '../detectors/wasserstein';
import type { DistributionSketch } from '../sketch/distribution-sketch';
import { chiSquareCritical } from './chi-square-critical';
import { nullRateScore } from './null-rate-score';
import { CHANCE, CHANCE_ERRORS, type Score } from './score';

/** sup |B| of a Brownian bridge exceeds this once in 100,000 times, and has this mean square. */
const KOLMOGOROV_CRITICAL = 2.470432416150073;
const KOLMOGOROV_SQUARE = Math.PI ** 2 / 12;
/** The area below |B| in times its mean: between uniform samples it is the difference of means where it is large. */
const AREA_CRITICAL = (CHANCE_ERRORS * 0.2887) / 0.3133;
/** Its mean square over its squared mean (Shepp 1982: 7/60 over pi/32). */
const AREA_SQUARE = 7 / 60 / (Math.PI / 32);
/** The least share of values beyond all of the reference. */
const LEAST_OUTSIDE = 0.005;
/** Fewer values have no distribution. */
const LEAST_VALUES = 20;

/** How far a numeric window is from its reference. */
export function numericScores(reference: DistributionSketch, current: DistributionSketch): readonly Score[] {
  const nulls = nullRateScore(
    { nulls: reference.totalCount - reference.count, all: reference.totalCount },
    { nulls: current.totalCount - current.count, all: current.totalCount },
  );
  if (Math.min(reference.count, current.count) < LEAST_VALUES) return [nulls];
  const pair = pairSketches(reference, current);
  const noise = 1 / reference.count + 1 / current.count;
  const psi = populationStability(pair);
  const area = wasserstein(pair);
  const byChance = area.scale > 0 ? area.expectedByChance / area.scale : 0;
  return [
    {
      name: 'ks',
      value: largestGap(pair),
      chance: KOLMOGOROV_CRITICAL * Math.sqrt(noise),
      chanceSquare: KOLMOGOROV_SQUARE * noise,
      gate: DEFAULT_BOUNDS.ks,
    },
    {
      name: 'psi',
      value: Math.sqrt(psi.value),
      chance: psi.bins < 2 ? 0 : Math.sqrt(chiSquareCritical(CHANCE, psi.bins - 1) * noise),
      chanceSquare: (psi.bins - 1) * noise,
      gate: Math.sqrt(DEFAULT_BOUNDS.psi),
    },
    {
      name: 'wasserstein',
      // a reference that is constant has no scale: its windows are told by the other scores
      value: area.normalized ?? 0,
      chance: AREA_CRITICAL * byChance,
      chanceSquare: AREA_SQUARE * byChance ** 2,
      gate: DEFAULT_BOUNDS.wasserstein,
    },
    outsideScore(pair, { reference: reference.count, current: current.count }),
    nulls,
  ];
}

/** The share of values beyond the least and greatest of the reference. A new value is one with a chance of 2 / N. */
function outsideScore({ values, reference, current }: PairedCounts, sizes: PairedSizes): Score {
  let outside = 0;
  for (let at = 0; at < values.length && reference[at] === 0; at++) outside += current[at]!;
  for (let at = values.length - 1; at >= 0 && reference[at] === 0; at--) outside += current[at]!;
  const mean = (2 * sizes.current) / sizes.reference;
  return {
    name: 'outside',
    value: outside / sizes.current,
    // of a Poisson count, rounded up
    chance: (mean + CHANCE_ERRORS * Math.sqrt(mean) + 6) / sizes.current,
    chanceSquare: (mean + mean ** 2) / sizes.current ** 2,
    gate: LEAST_OUTSIDE,
  };
}
