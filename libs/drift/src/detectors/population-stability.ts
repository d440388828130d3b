import { chiSquareTail } from '@attune/statistics';
import type { PairedCounts } from './paired-counts';
import { type PairedSizes, sizesOf } from './paired-counts';

/** Bins of a numeric sample, bounded by quantiles of the reference. */
const BINS = 10;
/** An empty bin counts as this share at least, so that the logarithm exists, and as half a value of its sample where that is more. */
const LEAST_SHARE = 1e-4;

/** The population stability index. */
export interface PopulationStability {
  /** The sum of (c - r) ln(c / r) over bins; 0 for equal shares. */
  readonly value: number;
  readonly bins: number;
  /** The probability of as much by chance: value / (1 / n + 1 / m) is a chi-square with bins - 1 degrees of freedom (Yurdakul 2018). */
  readonly pValue: number;
}

/**
 * PSI of two numeric samples. Bins end at the deciles of the reference (the least value with that share at or below it, each bound once)
 * and include their upper bound; the last one is open.
 */
export function populationStability(pair: PairedCounts): PopulationStability {
  const sizes = sizesOf(pair);
  const [reference, current]: [number[], number[]] = [[], []];
  let [inReference, inCurrent, below, next] = [0, 0, 0, 1];
  for (let at = 0; at < pair.values.length; at++) {
    inReference += pair.reference[at]!;
    inCurrent += pair.current[at]!;
    below += pair.reference[at]!;
    if (next >= BINS || below < (next * sizes.reference) / BINS) continue;
    // the next decile that is not reached yet: ties take several at once
    while (next < BINS && below >= (next * sizes.reference) / BINS) next++;
    reference.push(inReference);
    current.push(inCurrent);
    [inReference, inCurrent] = [0, 0];
  }
  if (inReference + inCurrent > 0) {
    reference.push(inReference);
    current.push(inCurrent);
  }
  return stabilityOfCounts({ reference, current }, sizes);
}

/** PSI of counts per bin or category. */
export function stabilityOfCounts(
  counts: { readonly reference: ArrayLike<number>; readonly current: ArrayLike<number> },
  sizes: PairedSizes,
): PopulationStability {
  let value = 0;
  const bins = counts.reference.length;
  for (let at = 0; at < bins; at++) {
    const r = shareOf(counts.reference[at]!, sizes.reference);
    const c = shareOf(counts.current[at]!, sizes.current);
    value += (c - r) * Math.log(c / r);
  }
  const noise = 1 / sizes.reference + 1 / sizes.current;
  return { value, bins, pValue: bins < 2 ? 1 : chiSquareTail(value / noise, bins - 1) };
}

function shareOf(count: number, size: number): number {
  return Math.max(count / size, 0.5 / size, LEAST_SHARE);
}
