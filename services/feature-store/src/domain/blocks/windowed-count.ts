/**
 * A building block of features: how much happened within a window that ends now, as counts of equal buckets of time. The window
 * begins with a whole bucket, so its length is exact to one bucket.
 *
 * Order does not matter: counts of whole amounts add up exactly, and a bucket that is older than the newest one by a whole window
 * is dropped whether it comes early or late.
 *
 * Slots: [number of the newest bucket, its count, the count of the bucket before, ...].
 */
export interface Window {
  readonly bucketMs: number;
  readonly buckets: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The windows that features come in, with the steps by which they move. */
export const WINDOWS = {
  '1h': { bucketMs: 5 * MINUTE_MS, buckets: 12 },
  '24h': { bucketMs: HOUR_MS, buckets: 24 },
  '7d': { bucketMs: 6 * HOUR_MS, buckets: 28 },
  '90d': { bucketMs: 72 * HOUR_MS, buckets: 30 },
} as const satisfies Record<string, Window>;

/** The name of a window. */
export type WindowName = keyof typeof WINDOWS;

/** The slots of a window in which nothing happened. */
export function emptyWindow({ buckets }: Window): readonly number[] {
  return [-1, ...new Array<number>(buckets).fill(0)];
}

/** Adds a whole amount at a moment since 1970, to the slots from `at` on. */
export function addToWindow(slots: Float64Array, at: number, { bucketMs, buckets }: Window, when: number, amount = 1) {
  const bucket = Math.floor(when / bucketMs);
  makeNewest(slots, at, bucket, buckets);
  const age = slots[at]! - bucket;
  if (age < buckets) slots[at + 1 + age]! += amount;
}

/** What happened within the window that ends at a moment. */
export function countInWindow(slots: Float64Array, at: number, { bucketMs, buckets }: Window, nowMs: number): number {
  const newest = slots[at]!;
  if (newest < 0) return 0;
  const oldest = Math.floor(nowMs / bucketMs) - buckets + 1;
  let count = 0;
  for (let age = 0; age < buckets && newest - age >= oldest; age++) count += slots[at + 1 + age]!;
  return count;
}

/** Makes a bucket the newest of a ring unless it is older: the others move on, and those that fall out are dropped. */
export function makeNewest(slots: Float64Array, at: number, bucket: number, buckets: number): void {
  const newest = slots[at]!;
  if (bucket <= newest) return;
  const moved = newest < 0 ? buckets : Math.min(buckets, bucket - newest);
  const end = at + 1 + buckets;
  slots.copyWithin(at + 1 + moved, at + 1, end - moved);
  slots.fill(0, at + 1, at + 1 + moved);
  slots[at] = bucket;
}
