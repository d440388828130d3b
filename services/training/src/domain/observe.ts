import {
  countShowings,
  filterInteractions,
  type Interactions,
  type InteractionTable,
  keepRows,
  resolvePreferences,
  type StrengthOf,
} from '@attune/interactions';
import type { Observed, TrainingData, Wants } from '@attune/recommenders';

/** What people did, and where tastes shifted the same before and since. */
export type ObservedTwice = Pick<TrainingData, 'interactions' | 'showings' | 'shift'>;

const NOTHING: Wants = { showings: false };

/** What a table says of its users and items: preferences, and what a recipe reads beside them. */
export function observe(table: InteractionTable, strengthOf: StrengthOf, wants: Wants = NOTHING): ObservedTwice {
  const observed = (rows: InteractionTable): Observed => ({
    interactions: resolvePreferences(rows, strengthOf),
    ...(wants.showings && { showings: countShowings(rows) }),
  });
  const { tastesSinceMs } = wants;
  if (tastesSinceMs === undefined) return observed(table);
  const isSince = (row: number) => table.timeMs[row]! >= tastesSinceMs;
  const part = (keep: (row: number) => boolean): Observed => {
    const rows = keepRows(table, keep);
    const nothing = { interactions: none(table), ...(wants.showings && { showings: none(table) }) };
    return rows.timeMs.length === 0 ? nothing : observed(rows);
  };
  return { ...observed(table), shift: { earlier: part((row) => !isSince(row)), since: part(isSince) } };
}

function none({ users, items }: InteractionTable): Interactions {
  const [index, numbers] = [new Int32Array(0), new Float32Array(0)];
  const size = { userCount: users.length, itemCount: items.length };
  return { ...size, userIndex: index, itemIndex: index, value: numbers, timeMs: new Float64Array(0) };
}

/** The same data by other numbers of users and items; what has no number (-1) is left out. Numbers must keep their order. */
export function renumbered(data: ObservedTwice, numbers: Renumbering): ObservedTwice {
  return changed(data, (some) => renumber(some, numbers));
}

/** The same change to every part. */
function changed(data: ObservedTwice, change: (some: Interactions) => Interactions): ObservedTwice {
  const ofObserved = ({ interactions, showings }: Observed): Observed => ({
    interactions: change(interactions),
    ...(showings && { showings: change(showings) }),
  });
  const { shift } = data;
  return {
    ...ofObserved(data),
    ...(shift && { shift: { earlier: ofObserved(shift.earlier), since: ofObserved(shift.since) } }),
  };
}

/** New numbers by old ones. */
export interface Renumbering {
  readonly users: Int32Array;
  readonly items: Int32Array;
  readonly userCount: number;
  readonly itemCount: number;
}

function renumber(given: Interactions, { users, items, userCount, itemCount }: Renumbering): Interactions {
  const hasNumber = (entry: number) => users[given.userIndex[entry]!]! >= 0 && items[given.itemIndex[entry]!]! >= 0;
  const isWhole = given.userIndex.every((_, entry) => hasNumber(entry));
  const kept = isWhole ? given : filterInteractions(given, hasNumber);
  return {
    ...{ ...kept, userCount, itemCount },
    userIndex: kept.userIndex.map((user) => users[user]!),
    itemIndex: kept.itemIndex.map((item) => items[item]!),
  };
}

/** Data that does not know some pairs, so that they can be asked about. */
export function withoutPairs<Data extends TrainingData>(data: Data, hidden: Interactions): Data {
  const pairOf = ({ itemCount, userIndex, itemIndex }: Interactions, entry: number) =>
    userIndex[entry]! * itemCount + itemIndex[entry]!;
  const pairs = new Set(Array.from(hidden.userIndex, (_, entry) => pairOf(hidden, entry)));
  const without = (some: Interactions) => filterInteractions(some, (entry) => !pairs.has(pairOf(some, entry)));
  return { ...data, ...changed(data, without) };
}
