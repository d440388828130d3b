import { strengthOf } from '@attune/contracts';
import type { World } from './a-world';
import { allRows } from './change-content';
import type { Content } from './rankers';

/** Rows of a version's users who like the category best that most like best. */
export function favouringTheMost({ learned: { table, items } }: World, { userKeys = [] }: Content): number[] {
  const met = new Map<string, Map<string, number>>();
  table.userIndex.forEach((user, row) => {
    if (strengthOf(table.types[table.type[row]!]!) <= 0) return;
    const category = items.get(table.items[table.itemIndex[row]!]!)?.category ?? '';
    const own = met.get(table.users[user]!) ?? new Map<string, number>();
    met.set(table.users[user]!, own.set(category, (own.get(category) ?? 0) + 1));
  });
  const favourites = userKeys.map((key) => mostOf(met.get(key) ?? new Map()));
  const most = mostOf(new Map([...Map.groupBy(favourites, (one) => one)].map(([name, all]) => [name, all.length])));
  return allRows(userKeys.length).filter((row) => favourites[row] === most);
}

/** Rows of the third of a version's users who did least. */
export function leastActive({ learned: { table } }: World, { userKeys = [] }: Content): number[] {
  const counts = Map.groupBy(table.userIndex, (user) => table.users[user]!);
  const did = (row: number) => counts.get(userKeys[row]!)?.length ?? 0;
  return allRows(userKeys.length)
    .sort((a, b) => did(a) - did(b))
    .slice(0, Math.ceil(userKeys.length / 3));
}

/** Rows of a version's items that nobody had met when the champion was trained. */
export function newItems({ learnedByChampion }: World, { itemIds }: Content): number[] {
  const old = new Set(learnedByChampion.table.items);
  return allRows(itemIds.length).filter((row) => !old.has(itemIds[row]!));
}

function mostOf(counts: ReadonlyMap<string, number>): string {
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), ['', 0] as const)[0];
}
