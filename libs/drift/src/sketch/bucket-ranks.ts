import { bucketKey, bucketValue, coarserKey, innerBound, outerBound } from './bucket-key';
import type { Buckets } from './buckets';

/** The number of the bucket that holds a rank, which counts from 0. There is a bucket at least. */
export function valueAtRank({ level, keys, counts }: Buckets, rank: number): number {
  let at = 0;
  for (let below = counts[0]!; below <= rank && at < keys.length - 1; below += counts[at]!) at++;
  return bucketValue(keys[at]!, level);
}

/** How many values are at most `x`; inside a bucket, as if its values were spread evenly. */
export function countAtMost({ level, keys, counts }: Buckets, x: number): number {
  const wanted = coarserKey(bucketKey(x), level);
  let below = 0;
  for (let at = 0; at < keys.length && keys[at]! <= wanted; at++) {
    below += keys[at]! < wanted ? counts[at]! : counts[at]! * shareBelow(x, wanted, level);
  }
  return below;
}

/** Which part of a bucket lies at or below `x`, which is in it. */
function shareBelow(x: number, key: number, level: number): number {
  if (key === 0) return 1;
  const [inner, outer] = [innerBound(key, level), outerBound(key, level)];
  const share = (Math.abs(x) - inner) / (outer - inner);
  return key > 0 ? share : 1 - share;
}
