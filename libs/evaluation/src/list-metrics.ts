import { type Interactions, itemCounts, userOffsets } from '@attune/interactions';
import type { ItemSimilarity } from './item-similarity';
import type { Observation } from './observations';

/** The lists that users would see: row u has `length` items, best first, -1 where there are fewer. */
export interface RecommendationLists {
  readonly users: Int32Array;
  readonly length: number;
  /** [users x length] */
  readonly items: Int32Array;
}

/**
 * Novelty@k: the mean self-information -log2(share of training users who have the item) of the items in a list; what nobody has
 * counts like what one user has (Zhou et al., PNAS 2010; Vargas and Castells, RecSys 2011).
 */
export function novelty(lists: RecommendationLists, train: Interactions, k: number): Observation {
  const counts = itemCounts(train);
  const people = userOffsets(train).reduce((sum, end, at, all) => sum + (at > 0 && end > all[at - 1]! ? 1 : 0), 0);
  const bits = Float64Array.from(counts, (count) => Math.log2(Math.max(1, people) / Math.max(1, count)));
  return meanOverLists(
    `novelty@${k}`,
    lists,
    (items) => {
      let sum = 0;
      for (const item of items) sum += bits[item]!;
      return sum / items.length;
    },
    k,
  );
}

/**
 * Popularity bias@k: how much more popular, on average over users, the items of the lists are than the items of the users' own
 * training histories: GAP(lists) / GAP(histories) - 1, where GAP is the mean over users of the mean popularity. 0 is unbiased
 * (Abdollahpouri et al., The Unfairness of Popularity Bias in Recommendation, 2019). Users without a history are left out.
 */
export function popularityBias(lists: RecommendationLists, train: Interactions, k: number): Observation {
  const counts = itemCounts(train);
  const offsets = userOffsets(train);
  const [listed, owned] = [new Float64Array(lists.users.length), new Float64Array(lists.users.length)];
  lists.users.forEach((user, row) => {
    const [begin, end] = [offsets[user]!, offsets[user + 1]!];
    const items = listOf(lists, row, k);
    if (begin === end || items.length === 0) return;
    for (const item of items) listed[row]! += counts[item]! / items.length;
    for (let entry = begin; entry < end; entry++) owned[row]! += counts[train.itemIndex[entry]!]! / (end - begin);
  });
  return { name: `popularity_bias@${k}`, numerator: listed, denominator: owned, finish: 'excess' };
}

/**
 * Diversity@k: the mean of 1 - similarity over all pairs of a list (Ziegler et al., WWW 2005, intra-list similarity). Only the
 * lists of `rows` are looked at.
 */
export function diversity(
  lists: RecommendationLists,
  { similarity, k, rows }: { readonly similarity: ItemSimilarity; readonly k: number; readonly rows: Int32Array },
): Observation {
  const numerator = new Float64Array(lists.users.length);
  const denominator = new Float64Array(lists.users.length);
  for (const row of rows) {
    const items = listOf(lists, row, k);
    if (items.length < 2) continue;
    let distance = 0;
    for (let a = 1; a < items.length; a++) {
      for (let b = 0; b < a; b++) distance += 1 - similarity(items[a]!, items[b]!);
    }
    numerator[row] = distance / ((items.length * (items.length - 1)) / 2);
    denominator[row] = 1;
  }
  return { name: `diversity@${k}`, numerator, denominator, finish: 'ratio' };
}

/** The first k items of a row, without the empty places. */
export function listOf({ items, length }: RecommendationLists, row: number, k: number): Int32Array {
  const list = items.subarray(row * length, row * length + Math.min(k, length));
  const end = list.indexOf(-1);
  return end < 0 ? list : list.subarray(0, end);
}

function meanOverLists(
  name: string,
  lists: RecommendationLists,
  of: (items: Int32Array) => number,
  k: number,
): Observation {
  const numerator = new Float64Array(lists.users.length);
  const denominator = new Float64Array(lists.users.length);
  for (let row = 0; row < lists.users.length; row++) {
    const items = listOf(lists, row, k);
    if (items.length === 0) continue;
    numerator[row] = of(items);
    denominator[row] = 1;
  }
  return { name, numerator, denominator, finish: 'ratio' };
}
