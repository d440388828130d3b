import { largestGap } from '../detectors/kolmogorov-smirnov';
import { type PairedCounts, sizesOf } from '../detectors/paired-counts';

/** With fewer values that are not zero nothing is said of their size. */
const LEAST_SIZES = 100;

/** How the sizes of values changed: their signs, and values of zero, are left out. */
export interface SizeChange {
  /** The median size in serving by that in training. */
  readonly factor: number;
  readonly trained: number;
  readonly served: number;
  /** The largest difference of the cumulative shares of sizes. */
  readonly gap: number;
}

/** The sizes of both samples; undefined where too few values are not zero. A feature that is mostly zero shows another unit by the others alone. */
export function sizeChange({ values, reference, current }: PairedCounts): SizeChange | undefined {
  const order = Array.from(values.keys())
    .filter((at) => values[at] !== 0)
    .sort((a, b) => Math.abs(values[a]!) - Math.abs(values[b]!));
  const column = (from: Float64Array) => Float64Array.from(order, (at) => from[at]!);
  const sizes: PairedCounts = {
    values: column(values).map(Math.abs),
    reference: column(reference),
    current: column(current),
  };
  const counts = sizesOf(sizes);
  if (Math.min(counts.reference, counts.current) < LEAST_SIZES) return undefined;
  const [trained, served] = [
    medianOf(sizes.values, sizes.reference, counts.reference),
    medianOf(sizes.values, sizes.current, counts.current),
  ];
  return { factor: served / trained, trained, served, gap: largestGap(sizes) };
}

function medianOf(values: Float64Array, counts: Float64Array, total: number): number {
  let below = 0;
  const at = counts.findIndex((count) => {
    below += count;
    return below >= total / 2;
  });
  return values[at]!;
}
