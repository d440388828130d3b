/** What somebody liked, as models take it: [n] each. */
export interface History {
  readonly items: Int32Array;
  readonly weights: Float32Array;
}

/** Something that was liked. */
export interface Liked {
  readonly item: number;
  /** On the scale of a like. */
  readonly strength: number;
  readonly atMs: number;
}

/** As long as the interests of a user count half, in the feature-store's reading of taste, too. */
const HALF_LIFE_MS = 30 * 86_400_000;

/** The likes in their order, each weighted by its strength, halved for every 30 days since. What was not liked is left out. */
export function historyOf(likes: readonly Liked[], nowMs: number): History {
  const items = new Int32Array(likes.length);
  const weights = new Float32Array(likes.length);
  let count = 0;
  for (const { item, strength, atMs } of likes) {
    if (!(strength > 0)) continue;
    items[count] = item;
    weights[count++] = strength * 0.5 ** (Math.max(0, nowMs - atMs) / HALF_LIFE_MS);
  }
  return { items: items.subarray(0, count), weights: weights.subarray(0, count) };
}
