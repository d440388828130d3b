/** Buckets per factor of 2 at level 0; every level has half as many. */
const PER_OCTAVE = 1 << 12;
/** Makes the bucket of the smallest double, 2^-1074, the first. */
const OFFSET = 1_075 * PER_OCTAVE;

/**
 * The bucket of a finite number at level 0: 0 for zero, and otherwise a whole number that rises with the value, negative for negative
 * values. Bounds of buckets are powers of 2^(1 / 4,096).
 */
export function bucketKey(value: number): number {
  if (value === 0) return 0;
  const key = Math.floor(Math.log2(Math.abs(value)) * PER_OCTAVE) + OFFSET + 1;
  return value > 0 ? key : -key;
}

/** The bucket that a bucket falls into `levels` levels further up. */
export function coarserKey(key: number, levels: number): number {
  if (key === 0) return 0;
  return key > 0 ? ((key - 1) >> levels) + 1 : -(((-key - 1) >> levels) + 1);
}

/** Where a bucket begins, on the side of zero: a positive number, whatever the sign of the bucket. */
export function innerBound(key: number, level: number): number {
  return 2 ** (((Math.abs(key) - 1) * 2 ** level - OFFSET) / PER_OCTAVE);
}

/** Where a bucket ends, away from zero. */
export function outerBound(key: number, level: number): number {
  return innerBound(Math.abs(key) + 1, level);
}

/** The number that stands for a bucket: off from every number in it by at most `relativeErrorAt(level)`. */
export function bucketValue(key: number, level: number): number {
  if (key === 0) return 0;
  const inner = innerBound(key, level);
  const ratio = 2 ** (2 ** level / PER_OCTAVE);
  const value = (2 * inner * ratio) / (1 + ratio);
  return key > 0 ? value : -value;
}

/** How far a bucket's number can be off, relative to the true value: (r - 1) / (r + 1) of the ratio r of its bounds. */
export function relativeErrorAt(level: number): number {
  return Math.tanh((Math.LN2 * 2 ** level) / PER_OCTAVE / 2);
}
