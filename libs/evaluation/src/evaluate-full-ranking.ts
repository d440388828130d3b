import { userOffsets } from '@attune/interactions';
import type { EvaluateRequest } from './evaluation';
import { ItemGroupTable } from './item-group-table';
import type { RecommendationLists } from './list-metrics';
import type { Observation } from './observations';
import { placesOf, selectTop } from './rank-items';
import { RankingTable } from './ranking-table';
import { forEachRow } from './score-blocks';
import type { TestUsers } from './test-users';

/** What a full ranking gives: accuracy by user, the same by group of items, and the lists that users would see. */
export interface FullRanking {
  readonly observations: readonly Observation[];
  readonly itemGroups: ItemGroupTable;
  readonly lists: RecommendationLists;
}

/** Ranks, for each test user, all items that the user does not have in the training; the test items are the relevant ones. */
export async function evaluateFullRanking(
  { scorer, train, signal, onProgress }: EvaluateRequest,
  { asked, ks }: { readonly asked: TestUsers; readonly ks: readonly number[] },
): Promise<FullRanking> {
  const { users, offsets, items } = asked;
  const { itemCount } = train;
  const owned = userOffsets(train);
  const table = new RankingTable(users.length, ks);
  const groups = new ItemGroupTable(train, users.length, ks);
  const length = Math.min(Math.max(...ks), itemCount);
  const lists = { users, length, items: new Int32Array(users.length * length) };
  await forEachRow({ scorer, signal, onProgress, users, itemCount }, (place, scores) => {
    const user = users[place]!;
    // NaN marks what is no candidate
    for (let entry = owned[user]!; entry < owned[user + 1]!; entry++) scores[train.itemIndex[entry]!] = Number.NaN;
    selectTop(scores, lists.items.subarray(place * length, (place + 1) * length));
    const relevant = items.slice(offsets[place]!, offsets[place + 1]!).sort((a, b) => scores[b]! - scores[a]! || a - b);
    const relevantScores = Float32Array.from(relevant, (item) => scores[item]!);
    for (const item of relevant) scores[item] = Number.NaN;
    const ranks = placesOf(relevantScores, scores);
    table.add(place, ranks, itemCount - (owned[user + 1]! - owned[user]!));
    groups.add(place, relevant, ranks);
  });
  return { observations: table.observations(), itemGroups: groups, lists };
}
