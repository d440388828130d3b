import { largestGap } from '../detectors/kolmogorov-smirnov';
import { type PairedCounts, pairSketches, sizesOf } from '../detectors/paired-counts';
import { populationStability } from '../detectors/population-stability';
import { DistributionSketch } from '../sketch/distribution-sketch';
import { type SizeChange, sizeChange } from './size-change';
import {
  judgeMissing,
  percent,
  SKEW_BOUNDS,
  type SkewBounds,
  type SkewJudgement,
  tooFew,
  unionsOf,
} from './skew-judgement';

/**
 * Buckets of 1.1 % of their value. Training rounds to 24 bits, and a value that many examples share must not fall beside itself for
 * that.
 */
const LEVEL = 6;

/**
 * Whether the numbers that a model is asked with are made like those that it learned from. The training set comes in at most a few parts
 * (older and newest examples, engaged with or not): what differs from every union of them counts, for serving sees neither in the
 * proportions of training.
 */
export function judgeNumericSkew(
  parts: readonly DistributionSketch[],
  served: DistributionSketch,
  bounds: SkewBounds = SKEW_BOUNDS,
): SkewJudgement {
  const all = DistributionSketch.merged(parts);
  const unions = unionsOf(parts, DistributionSketch.merged).filter(({ totalCount }) => totalCount >= bounds.leastCount);
  if (unions.length === 0 || served.totalCount < bounds.leastCount)
    return tooFew(bounds, all.totalCount, served.totalCount);
  const missing = judgeMissing(unions.map(nullsOf), nullsOf(served), bounds);
  if (missing !== undefined) return missing;
  const known = unions.filter(({ count }) => count >= bounds.leastCount);
  if (known.length === 0 || served.count < bounds.leastCount) return inOrder(0, bounds);
  const differences = known.map((reference) => differenceOf(reference, served));
  return (
    judgeSingle(differences, { all, served }, bounds) ??
    judgeUnit(differences, bounds) ??
    judgeDistribution(differences, { all, served }, bounds)
  );
}

interface Difference {
  readonly gap: number;
  readonly psi: number;
  /** The share of the most frequent value of serving, there and in training. */
  readonly servedShare: number;
  readonly trainedShare: number;
  readonly size: SizeChange | undefined;
}

interface Both {
  readonly all: DistributionSketch;
  readonly served: DistributionSketch;
}

function differenceOf(reference: DistributionSketch, served: DistributionSketch): Difference {
  const pair = pairSketches(reference, served, LEVEL);
  const sizes = sizesOf(pair);
  const top = mostFrequent(pair);
  return {
    gap: largestGap(pair),
    psi: populationStability(pair).value,
    servedShare: pair.current[top]! / sizes.current,
    trainedShare: pair.reference[top]! / sizes.reference,
    size: sizeChange(pair),
  };
}

function mostFrequent({ current }: PairedCounts): number {
  return current.reduce((best, count, at) => (count > current[best]! ? at : best), 0);
}

function judgeSingle(
  differences: readonly Difference[],
  { all, served }: Both,
  bounds: SkewBounds,
): SkewJudgement | undefined {
  const isOne = differences.every(
    ({ servedShare, trainedShare }) => servedShare >= 1 - bounds.others && trainedShare <= bounds.known,
  );
  if (!isOne) return undefined;
  const known = Math.max(...differences.map(({ trainedShare }) => trainedShare));
  return {
    ...{ verdict: 'skew', test: 'single_value', value: 1 - known, bound: 1 - bounds.known },
    reason: `every value in serving is ${short(served.quantile(0.5))}; in training ${percent(known)} were, and all: ${figures(all)}`,
  };
}

function judgeUnit(differences: readonly Difference[], bounds: SkewBounds): SkewJudgement | undefined {
  const sizes = differences.map(({ size }) => size);
  const isOther = (size: SizeChange | undefined): size is SizeChange => size !== undefined && size.gap >= bounds.sizes;
  if (!sizes.every(isOther)) return undefined;
  const isLarger = sizes.every(({ factor }) => factor >= bounds.factor);
  if (!isLarger && !sizes.every(({ factor }) => factor <= 1 / bounds.factor)) return undefined;
  const distance = ({ factor }: SizeChange) => Math.max(factor, 1 / factor);
  const nearest = sizes.reduce((one, other) => (distance(other) < distance(one) ? other : one));
  const { trained, served } = nearest;
  const times = short(distance(nearest));
  return {
    ...{ verdict: 'skew', test: 'unit', value: distance(nearest), bound: bounds.factor },
    reason: `values in serving are ${isLarger ? `${times} times` : `1 / ${times} of`} those of training (a median of ${short(served)} beside ${short(trained)}, zeros left out): another unit?`,
  };
}

function judgeDistribution(
  differences: readonly Difference[],
  { all, served }: Both,
  bounds: SkewBounds,
): SkewJudgement {
  const nearest = differences.reduce((one, other) => (other.gap < one.gap ? other : one));
  const isOther = differences.every(({ gap, psi }) => gap >= bounds.gap || psi >= bounds.psi);
  if (!isOther) return inOrder(nearest.gap, bounds);
  const isShifted = nearest.gap >= bounds.gap;
  const how = isShifted
    ? `the distributions are ${short(nearest.gap)} apart (KS, bound ${bounds.gap})`
    : `PSI is ${short(nearest.psi)} (bound ${bounds.psi})`;
  return {
    ...{ verdict: 'skew', test: 'distribution' },
    ...(isShifted ? { value: nearest.gap, bound: bounds.gap } : { value: nearest.psi, bound: bounds.psi }),
    reason: `${figures(served)} in serving, ${figures(all)} in training; ${how}`,
  };
}

function inOrder(gap: number, bounds: SkewBounds): SkewJudgement {
  return {
    ...{ verdict: 'in_order', test: 'distribution', value: gap, bound: bounds.gap },
    reason: `the distributions are ${short(gap)} apart (KS, bound ${bounds.gap})`,
  };
}

function nullsOf({ count, totalCount }: DistributionSketch) {
  return { nullCount: totalCount - count, totalCount };
}

function figures(sketch: DistributionSketch): string {
  const [low, median, high] = [0.05, 0.5, 0.95].map((q) => short(sketch.quantile(q)));
  return `a median of ${median} (nine of ten from ${low} to ${high})`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
