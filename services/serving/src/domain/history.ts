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
  const liked = likes.filter(({ strength }) => strength > 0);
  return {
    items: Int32Array.from(liked, ({ item }) => item),
    weights: Float32Array.from(
      liked,
      ({ strength, atMs }) => strength * 0.5 ** (Math.max(0, nowMs - atMs) / HALF_LIFE_MS),
    ),
  };
}
