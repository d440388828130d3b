import { checkTable, type InteractionTable } from './interaction-table';
import type { Interactions } from './interactions';
import { KeptPairs, rowsByPair } from './pairs';

const IMPRESSION = 'impression';

/** How often each user was shown each item, as far as the table says: the value of a pair counts, its time is the newest. */
export function countShowings(table: InteractionTable): Interactions {
  checkTable(table);
  const { userIndex, itemIndex, timeMs, types, type } = table;
  const impression = types.indexOf(IMPRESSION);
  const rows = rowsByPair(table);
  const kept = new KeptPairs(table);
  for (let at = 0; at < rows.length; ) {
    const [user, item] = [userIndex[rows[at]!]!, itemIndex[rows[at]!]!];
    let [count, newestMs] = [0, 0];
    for (; at < rows.length && userIndex[rows[at]!] === user && itemIndex[rows[at]!] === item; at++) {
      if (type[rows[at]!] !== impression) continue;
      count++;
      newestMs = timeMs[rows[at]!]!;
    }
    if (count > 0) kept.add(user, item, count, newestMs);
  }
  return kept.interactions();
}
