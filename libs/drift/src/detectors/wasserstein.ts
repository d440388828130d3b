import { type PairedCounts, type PairedSizes, sizesOf } from './paired-counts';

/** The distance by which values must be carried to turn the one sample into the other. */
export interface Wasserstein {
  /** Wasserstein-1: the area between the two cumulative shares, in the unit of the values. */
  readonly value: number;
  /** In the scale of the reference; null where the reference is constant and the other sample is not equal to it. */
  readonly normalized: number | null;
  /** The reference's interquartile range / 1.349 (a normal's standard deviation), at least a tenth of its standard deviation. */
  readonly scale: number;
  /** What two samples of these sizes from the pooled values are apart by chance, on average: sqrt(2 / pi) sqrt(1 / n + 1 / m) times the integral of sqrt(F (1 - F)). */
  readonly expectedByChance: number;
}

/** The Wasserstein-1 distance of two samples; equal to SciPy's `wasserstein_distance`. */
export function wasserstein(pair: PairedCounts): Wasserstein {
  const sizes = sizesOf(pair);
  const { values, reference, current } = pair;
  let [ofReference, ofCurrent, area, spread] = [0, 0, 0, 0];
  for (let at = 0; at + 1 < values.length; at++) {
    ofReference += reference[at]!;
    ofCurrent += current[at]!;
    const width = values[at + 1]! - values[at]!;
    const pooled = (ofReference + ofCurrent) / (sizes.reference + sizes.current);
    area += width * Math.abs(ofReference / sizes.reference - ofCurrent / sizes.current);
    spread += width * Math.sqrt(pooled * Math.max(0, 1 - pooled));
  }
  const scale = scaleOf(pair, sizes);
  return {
    value: area,
    normalized: area === 0 ? 0 : scale > 0 ? area / scale : null,
    scale,
    expectedByChance: Math.sqrt(2 / Math.PI) * Math.sqrt(1 / sizes.reference + 1 / sizes.current) * spread,
  };
}

function scaleOf({ values, reference }: PairedCounts, sizes: PairedSizes): number {
  const [low, high] = [
    quantileOf(values, reference, sizes.reference / 4),
    quantileOf(values, reference, (3 * sizes.reference) / 4),
  ];
  let [count, mean, squares] = [0, 0, 0];
  for (let at = 0; at < values.length; at++) {
    const times = reference[at]!;
    if (times === 0) continue;
    count += times;
    const off = values[at]! - mean;
    mean += (off * times) / count;
    squares += times * off * (values[at]! - mean);
  }
  return Math.max((high - low) / 1.349, Math.sqrt(squares / Math.max(1, count - 1)) / 10);
}

/** The first value at or below which `rank` values lie. */
function quantileOf(values: Float64Array, counts: Float64Array, rank: number): number {
  let below = 0;
  for (let at = 0; at < values.length; at++) {
    below += counts[at]!;
    if (below >= rank) return values[at]!;
  }
  return Number.NaN;
}
