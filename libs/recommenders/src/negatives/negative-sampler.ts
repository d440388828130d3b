import { AppError } from '@attune/errors';
import { type Interactions, userOffsets } from '@attune/interactions';

/** Draws items that a user has nothing to do with. */
export interface NegativeSampler {
  /** How many items can be drawn for a user; 0 for one who has them all. */
  freeItems(user: number): number;
  /** A uniformly drawn item that is no positive of the user; `uniform` gives numbers in [0, 1). The user must have a free item. */
  draw(user: number, uniform: () => number): number;
}

/**
 * A sampler over the items that occur in the interactions (an item without any interaction says nothing of taste, so it is no
 * negative of anybody). Exact and without rejections: the draw is a rank among the user's free items, which a binary search over the
 * user's positives turns into an item, in O(log positives).
 */
export function makeNegativeSampler(interactions: Interactions): NegativeSampler {
  const { itemIndex } = interactions;
  const offsets = userOffsets(interactions);
  const candidates = Int32Array.from(new Set(itemIndex)).sort();
  if (candidates.length === 0) {
    throw new AppError('failed_precondition.dataset_empty', 'there are no interactions to draw negatives beside');
  }
  // positives as positions among the candidates: ascending within a user, since entries are ordered by item
  const placeOf = new Int32Array(interactions.itemCount);
  candidates.forEach((item, place) => {
    placeOf[item] = place;
  });
  const places = Int32Array.from(itemIndex, (item) => placeOf[item]!);
  const freeItems = (user: number) => candidates.length - (offsets[user + 1]! - offsets[user]!);
  return {
    freeItems,
    draw(user, uniform) {
      const rank = Math.floor(uniform() * freeItems(user));
      return candidates[rank + positivesBefore(places, offsets[user]!, offsets[user + 1]!, rank)]!;
    },
  };
}

/** How many of `places[start .. end]` come before the free place with the given rank: the k-th of them has places[k] - k free ones before it. */
function positivesBefore(places: Int32Array, start: number, end: number, rank: number): number {
  let [low, high] = [start, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle]! - (middle - start) <= rank) low = middle + 1;
    else high = middle;
  }
  return low - start;
}
