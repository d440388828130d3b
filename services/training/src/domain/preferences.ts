import { checkTable, type InteractionTable, rowsByTime, type StrengthOf, strengthsOf } from './interaction-table';

/** What is left of all interactions of a user with an item when they speak for it: one entry per pair, ordered by user and item. */
export interface Preferences {
  readonly userIndex: Int32Array;
  readonly itemIndex: Int32Array;
  /** Confidence: the sum of the strengths up to a like, growing by its logarithm beyond. */
  readonly weight: Float32Array;
  /** When the user last spoke for the item. */
  readonly timeMs: Float64Array;
}

/** What takes which interaction back. */
const TAKES_BACK: Readonly<Record<string, string>> = { unhide: 'hide' };

interface PairState {
  accumulated: number;
  /** The strength of the newest interaction with a value: a new rating replaces the old one. */
  valued: number;
  lastPositiveMs: number;
  /** What a negative interaction ended, in case it is taken back. */
  ended?: { readonly type: string; readonly accumulated: number; readonly valued: number };
}

/**
 * Folds interactions into preferences, oldest first: positive strengths add up, a negative interaction (hide, dislike, report)
 * ends what was there, taking it back restores it, and a rating replaces the pair's earlier rating.
 */
export function resolvePreferences(table: InteractionTable, strengthOf: StrengthOf): Preferences {
  checkTable(table);
  const strengths = strengthsOf(table, strengthOf);
  const rows = rowsByPair(table);
  const { userIndex, itemIndex } = table;
  const kept = { user: [] as number[], item: [] as number[], weight: [] as number[], timeMs: [] as number[] };
  for (let at = 0; at < rows.length; ) {
    const [user, item] = [userIndex[rows[at]!]!, itemIndex[rows[at]!]!];
    const state: PairState = { accumulated: 0, valued: 0, lastPositiveMs: 0 };
    for (; at < rows.length && userIndex[rows[at]!] === user && itemIndex[rows[at]!] === item; at++) {
      applyInteraction(state, table, rows[at]!, strengths[rows[at]!]!);
    }
    const total = state.accumulated + state.valued;
    if (!(total > 0)) continue;
    kept.user.push(user);
    kept.item.push(item);
    kept.weight.push(total <= 1 ? total : 1 + Math.log(total));
    kept.timeMs.push(state.lastPositiveMs);
  }
  return {
    userIndex: Int32Array.from(kept.user),
    itemIndex: Int32Array.from(kept.item),
    weight: Float32Array.from(kept.weight),
    timeMs: Float64Array.from(kept.timeMs),
  };
}

/** Row numbers by user, then item, then time: three stable sorts, of which the last two only count. */
function rowsByPair(table: InteractionTable): Uint32Array {
  const byItem = sortByCount(rowsByTime(table), table.itemIndex, table.items.length);
  return sortByCount(byItem, table.userIndex, table.users.length);
}

function sortByCount(rows: Uint32Array, keys: Int32Array, keyCount: number): Uint32Array {
  const next = new Uint32Array(keyCount + 1);
  for (const key of keys) next[key + 1]!++;
  for (let key = 0; key < keyCount; key++) next[key + 1]! += next[key]!;
  const sorted = new Uint32Array(rows.length);
  for (const row of rows) sorted[next[keys[row]!]!++] = row;
  return sorted;
}

function applyInteraction(state: PairState, table: InteractionTable, row: number, strength: number): void {
  const type = table.types[table.type[row]!]!;
  const hasValue = !Number.isNaN(table.value[row]!);
  if (state.ended !== undefined && TAKES_BACK[type] === state.ended.type) {
    state.accumulated += state.ended.accumulated;
    state.valued ||= state.ended.valued;
    state.ended = undefined;
  } else if (hasValue) {
    state.valued = strength;
  } else if (strength < 0) {
    // hiding twice must not forget what the first hide ended
    if (state.ended?.type !== type) state.ended = { type, accumulated: state.accumulated, valued: state.valued };
    state.accumulated = 0;
    state.valued = 0;
  } else {
    state.accumulated += strength;
  }
  if (strength > 0) state.lastPositiveMs = table.timeMs[row]!;
}

/** The entries for which `keep` is true. */
export function filterPreferences(preferences: Preferences, keep: (entry: number) => boolean): Preferences {
  const entries = Uint32Array.from(preferences.userIndex, (_, entry) => entry).filter(keep);
  return {
    userIndex: Int32Array.from(entries, (entry) => preferences.userIndex[entry]!),
    itemIndex: Int32Array.from(entries, (entry) => preferences.itemIndex[entry]!),
    weight: Float32Array.from(entries, (entry) => preferences.weight[entry]!),
    timeMs: Float64Array.from(entries, (entry) => preferences.timeMs[entry]!),
  };
}
