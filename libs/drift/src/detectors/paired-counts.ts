import { bucketValue } from '../sketch/bucket-key';
import type { DistributionSketch } from '../sketch/distribution-sketch';

/** Two samples side by side: how often each value occurs in the one and in the other. */
export interface PairedCounts {
  /** Each once, lowest first. */
  readonly values: Float64Array;
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

/** How many values each sample has. */
export interface PairedSizes {
  readonly reference: number;
  readonly current: number;
}

/** The values of both samples, which are sorted: exact. */
export function pairSorted(reference: Float64Array, current: Float64Array): PairedCounts {
  const most = reference.length + current.length;
  const [values, ofReference, ofCurrent] = [new Float64Array(most), new Float64Array(most), new Float64Array(most)];
  let [size, left, right] = [0, 0, 0];
  while (left < reference.length || right < current.length) {
    // beyond an end there is infinity, which is no value
    const value = Math.min(reference[left] ?? Number.POSITIVE_INFINITY, current[right] ?? Number.POSITIVE_INFINITY);
    const [fromLeft, fromRight] = [left, right];
    while (reference[left] === value) left++;
    while (current[right] === value) right++;
    values[size] = value;
    ofReference[size] = left - fromLeft;
    ofCurrent[size++] = right - fromRight;
  }
  return cut({ values, reference: ofReference, current: ofCurrent }, size);
}

/**
 * The buckets of both sketches at the level of the coarser one, and at `leastLevel` at least; a bucket's value stands for its values.
 */
export function pairSketches(reference: DistributionSketch, current: DistributionSketch, leastLevel = 0): PairedCounts {
  const level = Math.max(leastLevel, reference.buckets().level, current.buckets().level);
  const [one, other] = [reference.buckets(level), current.buckets(level)];
  const most = one.keys.length + other.keys.length;
  const [values, ofReference, ofCurrent] = [new Float64Array(most), new Float64Array(most), new Float64Array(most)];
  let [size, left, right] = [0, 0, 0];
  while (left < one.keys.length || right < other.keys.length) {
    const key = Math.min(one.keys[left] ?? Number.POSITIVE_INFINITY, other.keys[right] ?? Number.POSITIVE_INFINITY);
    if (one.keys[left] === key) ofReference[size] = one.counts[left++]!;
    if (other.keys[right] === key) ofCurrent[size] = other.counts[right++]!;
    values[size++] = bucketValue(key, level);
  }
  return cut({ values, reference: ofReference, current: ofCurrent }, size);
}

/** The sizes of both samples. */
export function sizesOf({ reference, current }: PairedCounts): PairedSizes {
  return { reference: total(reference), current: total(current) };
}

function total(counts: Float64Array): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}

function cut({ values, reference, current }: PairedCounts, size: number): PairedCounts {
  return {
    values: values.subarray(0, size),
    reference: reference.subarray(0, size),
    current: current.subarray(0, size),
  };
}
