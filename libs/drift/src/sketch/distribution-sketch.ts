import { bucketKey, coarserKey, relativeErrorAt } from './bucket-key';
import { countAtMost, valueAtRank } from './bucket-ranks';
import { type Buckets, coarserBuckets, MOST_BUCKETS, mergeBuckets, NO_BUCKETS, shrunk, sortedBuckets } from './buckets';
import { mergeSums, NO_SUMS, type PowerSums } from './power-sums';
import { decodeSketch, encodeSketch } from './sketch-codec';

/**
 * How the values of a stream are distributed, in at most 1,024 buckets of equal relative width (Epicoco et al. 2020, UDDSketch, after Masson,
 * Rim and Lee 2019). The width is the smallest with which the values fit, so that the buckets depend on the values alone, not on the order
 * in which they were added or merged: merging is associative and commutative to the last count. Counts below a bucket's bound are exact;
 * a quantile is off by `relativeError` at most.
 */
export class DistributionSketch {
  #level = 0;
  // either by key, for adding, or in order, for reading: at least one of the two is up to date
  #counts: Map<number, number> | undefined;
  #sorted: Buckets | undefined = NO_BUCKETS;
  #sums: PowerSums = NO_SUMS;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #nullCount = 0;
  #nanCount = 0;

  /** A sketch of all values of several sketches. */
  static merged(sketches: Iterable<DistributionSketch>): DistributionSketch {
    const all = new DistributionSketch();
    const buckets: Buckets[] = [];
    for (const sketch of sketches) {
      all.#mergeSums(sketch);
      buckets.push(sketch.buckets());
    }
    all.#take(mergeAll(buckets));
    return all;
  }

  /** Reads what `encode` wrote. Throws `invalid.sketch` for other bytes. */
  static decode(bytes: Uint8Array): DistributionSketch {
    const parts = decodeSketch(bytes);
    const sketch = new DistributionSketch();
    sketch.#nullCount = parts.nullCount;
    sketch.#nanCount = parts.nanCount;
    sketch.#sums = parts.sums;
    sketch.#min = parts.min;
    sketch.#max = parts.max;
    sketch.#take(parts.buckets);
    return sketch;
  }

  /** Finite values. */
  get count(): number {
    return this.#sums.count;
  }

  /** Missing values. */
  get nullCount(): number {
    return this.#nullCount;
  }

  /** Values that are NaN or infinite. */
  get nanCount(): number {
    return this.#nanCount;
  }

  /** All that was added. */
  get totalCount(): number {
    return this.count + this.#nullCount + this.#nanCount;
  }

  /** The share of all that was added that is missing or no finite number; 0 for nothing. */
  get nullRate(): number {
    return this.totalCount === 0 ? 0 : (this.#nullCount + this.#nanCount) / this.totalCount;
  }

  /** NaN without values. */
  get mean(): number {
    return this.count === 0 ? Number.NaN : this.#sums.mean;
  }

  /** Unbiased; 0 for fewer than two values. */
  get variance(): number {
    return this.count < 2 ? 0 : this.#sums.squares / (this.count - 1);
  }

  /** The third standardised moment: 0 where the values do not vary. */
  get skewness(): number {
    const { count, squares, cubes } = this.#sums;
    return squares === 0 ? 0 : (Math.sqrt(count) * cubes) / squares ** 1.5;
  }

  /** Infinity without values. */
  get min(): number {
    return this.#min;
  }

  /** -Infinity without values. */
  get max(): number {
    return this.#max;
  }

  /** How far a quantile can be off, relative to its value. */
  get relativeError(): number {
    return relativeErrorAt(this.#level);
  }

  /** Adds a value, `times` times. */
  add(value: number | null | undefined, times = 1): void {
    if (value === null || value === undefined) this.#nullCount += times;
    else if (!Number.isFinite(value)) this.#nanCount += times;
    else {
      this.#sums = mergeSums(this.#sums, { count: times, mean: value, squares: 0, cubes: 0 });
      this.#min = Math.min(this.#min, value);
      this.#max = Math.max(this.#max, value);
      this.#put(coarserKey(bucketKey(value), this.#level), times);
    }
  }

  /** Adds all values of another sketch, which stays as it is. */
  merge(other: DistributionSketch): this {
    const buckets = mergeBuckets(this.buckets(), other.buckets());
    this.#mergeSums(other);
    this.#take(buckets);
    return this;
  }

  /** Lets go of what only adding needs: 12 bytes per bucket stay. The next addition brings it back. */
  compact(): this {
    this.buckets();
    this.#counts = undefined;
    return this;
  }

  /** The value below which the share `q` of values lies; NaN without values. */
  quantile(q: number): number {
    if (this.count === 0) return Number.NaN;
    const rank = Math.min(Math.max(q, 0), 1) * (this.count - 1);
    if (rank <= 0) return this.#min;
    if (rank >= this.count - 1) return this.#max;
    return Math.min(Math.max(valueAtRank(this.buckets(), rank), this.#min), this.#max);
  }

  /** The share of values that are at most `x`; inside a bucket, as if its values were spread evenly. NaN without values. */
  cdf(x: number): number {
    if (this.count === 0) return Number.NaN;
    if (x < this.#min) return 0;
    if (x >= this.#max) return 1;
    return countAtMost(this.buckets(), x) / this.count;
  }

  /** The buckets that have values, lowest first. `level` is coarsened to where it is higher than the sketch's own. */
  buckets(level = this.#level): Buckets {
    this.#sorted ??= sortedBuckets(this.#counts!, this.#level);
    return level > this.#level ? coarserBuckets(this.#sorted, level) : this.#sorted;
  }

  /** As bytes, a version first; some 1 to 3 kB where all buckets are in use. */
  encode(): Uint8Array {
    const [nullCount, nanCount, sums, min, max] = [this.#nullCount, this.#nanCount, this.#sums, this.#min, this.#max];
    return encodeSketch({ nullCount, nanCount, sums, min, max, buckets: this.buckets() });
  }

  #mergeSums(other: DistributionSketch): void {
    this.#nullCount += other.#nullCount;
    this.#nanCount += other.#nanCount;
    this.#sums = mergeSums(this.#sums, other.#sums);
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  #take(buckets: Buckets): void {
    this.#level = buckets.level;
    this.#sorted = buckets;
    this.#counts = undefined;
  }

  #put(key: number, times: number): void {
    const counts = this.#byKey();
    this.#sorted = undefined;
    counts.set(key, (counts.get(key) ?? 0) + times);
    if (counts.size > MOST_BUCKETS) this.#take(shrunk(this.buckets()));
  }

  #byKey(): Map<number, number> {
    if (this.#counts !== undefined) return this.#counts;
    const { keys, counts } = this.#sorted!;
    this.#counts = new Map(Array.from(keys, (key, at) => [key, counts[at]!]));
    return this.#counts;
  }
}

/** A sketch of values. */
export function sketchOf(values: Iterable<number | null | undefined>): DistributionSketch {
  const sketch = new DistributionSketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

/** Neighbours first, so that lists of about the same length meet. */
function mergeAll(list: readonly Buckets[]): Buckets {
  if (list.length <= 1) return list[0] ?? NO_BUCKETS;
  const middle = list.length >> 1;
  return mergeBuckets(mergeAll(list.slice(0, middle)), mergeAll(list.slice(middle)));
}
