import { type Interactions, itemCounts } from '@attune/interactions';

/** How popular an item is in the training data. */
export const ITEM_GROUPS = ['head', 'tail', 'unseen'] as const;

/**
 * By item, a position in `ITEM_GROUPS`: the head are the most popular items that together hold half of the training interactions,
 * the tail the rest of those that occur in it (Anderson, The Long Tail, 2006; the half as in Steck, RecSys 2011).
 */
export function itemGroups(train: Interactions): Uint8Array {
  const counts = itemCounts(train);
  const order = Uint32Array.from(counts, (_, item) => item).sort((a, b) => counts[b]! - counts[a]! || a - b);
  const groups = new Uint8Array(train.itemCount).fill(2);
  const half = train.itemIndex.length / 2;
  let before = 0;
  for (const item of order) {
    if (counts[item] === 0) break;
    groups[item] = before < half ? 0 : 1;
    before += counts[item]!;
  }
  return groups;
}
