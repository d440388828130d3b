import { type Interactions, itemCounts, type TrainingSetTables, userOffsets } from '@attune/interactions';
import { type Part, partsBy, thirds } from './check-segments';

/** Users in parts that may be served differently: by how much they did, how long they are here, how popular what they like is, what it is about. */
export function userParts(
  users: Int32Array,
  { train, exam }: { readonly train: Interactions; readonly exam: TrainingSetTables },
): Part[] {
  const offsets = userOffsets(train);
  const counts = itemCounts(train);
  const entries = (user: number) =>
    Array.from({ length: offsets[user + 1]! - offsets[user]! }, (_, at) => offsets[user]! + at);
  const means = (user: number, numberOf: (entry: number) => number) => {
    const own = entries(user);
    return own.length === 0 ? 0 : own.reduce((sum, entry) => sum + numberOf(entry), 0) / own.length;
  };
  const first = (user: number) =>
    entries(user).reduce((least, entry) => Math.min(least, train.timeMs[entry]!), 8.64e15);
  const known = users.filter((user) => offsets[user + 1]! > offsets[user]!);
  const activity = thirds(known, (user) => offsets[user + 1]! - offsets[user]!, ['low', 'medium', 'high']);
  const newness = thirds(known, first, ['old', 'middle', 'new']);
  const popularity = thirds(known, (user) => means(user, (entry) => counts[train.itemIndex[entry]!]!), [
    'niche',
    'mixed',
    'mainstream',
  ]);
  const isKnown = (user: number) => offsets[user + 1]! > offsets[user]!;
  const labelled = (labelOf: (user: number) => string) => (user: number) => (isKnown(user) ? labelOf(user) : 'none');
  return [
    ...partsBy('activity', users, labelled(activity)),
    ...partsBy('time here', users, labelled(newness)),
    ...partsBy('taste', users, labelled(popularity)),
    ...partsBy('favourite', users, favouriteOf(train, exam, entries)),
  ];
}

/** What most of the items are about that a user met; '' where items say nothing. */
function favouriteOf(
  train: Interactions,
  { table, items }: TrainingSetTables,
  entries: (user: number) => readonly number[],
): (user: number) => string {
  return (user) => {
    const met = new Map<string, number>();
    for (const entry of entries(user)) {
      const category = items.get(table.items[train.itemIndex[entry]!]!)?.category ?? '';
      if (category !== '') met.set(category, (met.get(category) ?? 0) + 1);
    }
    return [...met].reduce((best, one) => (one[1] > best[1] ? one : best), ['', 0] as const)[0];
  };
}
