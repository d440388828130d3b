import { checkTable, type InteractionTable, type StrengthOf, strengthsOf } from './interaction-table';
import type { Interactions } from './interactions';
import { KeptPairs, rowsByPair } from './pairs';

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
 * ends what was there, taking it back restores it, and a rating replaces the pair's earlier rating. What is left of a pair speaks
 * for its item: its value is the sum of the strengths up to a like and grows by its logarithm beyond; its time is when the user
 * last spoke for the item.
 */
export function resolvePreferences(table: InteractionTable, strengthOf: StrengthOf): Interactions {
  checkTable(table);
  const strengths = strengthsOf(table, strengthOf);
  const rows = rowsByPair(table);
  const { userIndex, itemIndex } = table;
  const kept = new KeptPairs(table);
  for (let at = 0; at < rows.length; ) {
    const [user, item] = [userIndex[rows[at]!]!, itemIndex[rows[at]!]!];
    const state: PairState = { accumulated: 0, valued: 0, lastPositiveMs: 0 };
    for (; at < rows.length && userIndex[rows[at]!] === user && itemIndex[rows[at]!] === item; at++) {
      applyInteraction(state, table, rows[at]!, strengths[rows[at]!]!);
    }
    const total = state.accumulated + state.valued;
    if (!(total > 0)) continue;
    kept.add(user, item, total <= 1 ? total : 1 + Math.log(total), state.lastPositiveMs);
  }
  return kept.interactions();
}

/** The newest rating of every pair, as it was given. */
export function resolveRatings(table: InteractionTable): Interactions {
  checkTable(table);
  const rows = rowsByPair(table);
  const { userIndex, itemIndex, value, timeMs } = table;
  const kept = new KeptPairs(table);
  for (let at = 0; at < rows.length; ) {
    const [user, item] = [userIndex[rows[at]!]!, itemIndex[rows[at]!]!];
    let newest = -1;
    for (; at < rows.length && userIndex[rows[at]!] === user && itemIndex[rows[at]!] === item; at++) {
      const row = rows[at]!;
      if (table.types[table.type[row]!] === RATING && !Number.isNaN(value[row])) newest = row;
    }
    if (newest >= 0) kept.add(user, item, value[newest]!, timeMs[newest]!);
  }
  return kept.interactions();
}

const RATING = 'rating';

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
