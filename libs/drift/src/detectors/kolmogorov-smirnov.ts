import { kolmogorovTail } from './kolmogorov-tail';
import { type PairedCounts, sizesOf } from './paired-counts';
import { twoSampleTail } from './two-sample-tail';

/** Samples up to this size have their exact p value, as SciPy's have. */
const MOST_EXACT = 10_000;
/** Against a smaller sample than this the limit is not good enough, however large the other one is. */
const LEAST_FOR_LIMIT = 150;

/** The two-sample Kolmogorov-Smirnov test. */
export interface KolmogorovSmirnov {
  /** The largest difference of the two cumulative shares, 0 to 1; an effect size of its own. */
  readonly statistic: number;
  /** Two-sided; ties make it larger than it should be. */
  readonly pValue: number;
}

/** The test of two samples; equal to SciPy's `ks_2samp`. */
export function kolmogorovSmirnov(pair: PairedCounts): KolmogorovSmirnov {
  const { reference, current } = sizesOf(pair);
  const statistic = largestGap(pair);
  const [larger, smaller] = [Math.max(reference, current), Math.min(reference, current)];
  const isExact = larger <= MOST_EXACT || smaller < LEAST_FOR_LIMIT;
  const pValue = isExact
    ? twoSampleTail(statistic, reference, current)
    : kolmogorovTail(Math.round((reference * current) / (reference + current)), statistic);
  return { statistic, pValue };
}

/** The statistic alone, without its costly p value. */
export function largestGap({ values, reference, current }: PairedCounts): number {
  const sizes = sizesOf({ values, reference, current });
  let [ofReference, ofCurrent, largest] = [0, 0, 0];
  for (let at = 0; at < values.length; at++) {
    ofReference += reference[at]!;
    ofCurrent += current[at]!;
    largest = Math.max(largest, Math.abs(ofReference / sizes.reference - ofCurrent / sizes.current));
  }
  return largest;
}
