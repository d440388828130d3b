import { coarserKey } from './bucket-key';

/** More buckets than these are never kept: then pairs of neighbours become one. */
export const MOST_BUCKETS = 1_024;
/** At this level all numbers of a sign share a bucket or two. */
export const MOST_LEVEL = 23;

/** Buckets in the order of their values. */
export interface Buckets {
  readonly level: number;
  readonly keys: Int32Array;
  readonly counts: Float64Array;
}

/** No values. */
export const NO_BUCKETS: Buckets = { level: 0, keys: new Int32Array(0), counts: new Float64Array(0) };

/** Counts by key in order. */
export function sortedBuckets(counts: ReadonlyMap<number, number>, level: number): Buckets {
  const keys = Int32Array.from(counts.keys()).sort();
  const inOrder = new Float64Array(keys.length);
  for (let at = 0; at < keys.length; at++) inOrder[at] = counts.get(keys[at]!)!;
  return { level, keys, counts: inOrder };
}

/** The same values at a higher level. */
export function coarserBuckets({ level, keys, counts }: Buckets, wanted: number): Buckets {
  if (wanted === level) return { level, keys, counts };
  const [newKeys, newCounts] = [new Int32Array(keys.length), new Float64Array(keys.length)];
  let size = 0;
  for (let at = 0; at < keys.length; at++) {
    const target = coarserKey(keys[at]!, wanted - level);
    if (size === 0 || newKeys[size - 1] !== target) newKeys[size++] = target;
    newCounts[size - 1]! += counts[at]!;
  }
  return cut(wanted, newKeys, newCounts, size);
}

/** Both together, at the lowest level at which they are few enough. */
export function mergeBuckets(one: Buckets, other: Buckets): Buckets {
  const level = Math.max(one.level, other.level);
  const [a, b] = [coarserBuckets(one, level), coarserBuckets(other, level)];
  const most = a.keys.length + b.keys.length;
  const [keys, counts] = [new Int32Array(most), new Float64Array(most)];
  let [size, left, right] = [0, 0, 0];
  // looking back over weeks spends its time in this loop: no call, no array
  while (left < a.keys.length && right < b.keys.length) {
    const keyA = a.keys[left]!;
    const keyB = b.keys[right]!;
    if (keyA <= keyB) {
      keys[size] = keyA;
      counts[size] = a.counts[left++]!;
    }
    if (keyB <= keyA) {
      keys[size] = keyB;
      counts[size]! += b.counts[right++]!;
    }
    size++;
  }
  for (const [rest, from] of [
    [a, left],
    [b, right],
  ] as const) {
    keys.set(rest.keys.subarray(from), size);
    counts.set(rest.counts.subarray(from), size);
    size += rest.keys.length - from;
  }
  return shrunk(cut(level, keys, counts, size));
}

/** At the lowest level at which there are not too many. */
export function shrunk(buckets: Buckets): Buckets {
  let found = buckets;
  while (found.keys.length > MOST_BUCKETS && found.level < MOST_LEVEL) found = coarserBuckets(found, found.level + 1);
  return found;
}

function cut(level: number, keys: Int32Array, counts: Float64Array, size: number): Buckets {
  return { level, keys: keys.slice(0, size), counts: counts.slice(0, size) };
}
