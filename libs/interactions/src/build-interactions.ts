import { sortByCount } from './counting-sort';
import type { Interactions } from './interactions';

/** Rows in any order, a pair possibly more than once. */
export interface InteractionRows {
  readonly userCount: number;
  readonly itemCount: number;
  readonly userIndex: Int32Array;
  readonly itemIndex: Int32Array;
  /** [n]; 1 everywhere where absent. */
  readonly value?: Float32Array;
  /** [n], milliseconds since 1970, NaN where unknown; unknown everywhere where absent. */
  readonly timeMs?: Float64Array;
}

/** Interactions, and how many rows they left out because a later row speaks of the same pair. */
export interface BuiltInteractions {
  readonly interactions: Interactions;
  readonly duplicateCount: number;
}

/**
 * Orders rows by user and item and keeps the latest row of each pair: by time, and where times are equal or unknown by its place.
 * Two counting sorts: O(rows + users + items).
 */
export function buildInteractions(rows: InteractionRows): BuiltInteractions {
  const { userCount, itemCount, userIndex, itemIndex, value, timeMs } = rows;
  const order = orderByPair(rows);
  const latest = order.subarray(0, keepLatest(order, rows));
  const entries = latest.length;
  const built = {
    userCount,
    itemCount,
    userIndex: new Int32Array(entries),
    itemIndex: new Int32Array(entries),
    value: new Float32Array(entries).fill(1),
    timeMs: new Float64Array(entries).fill(Number.NaN),
  };
  for (let e = 0; e < entries; e++) {
    const row = latest[e]!;
    built.userIndex[e] = userIndex[row]!;
    built.itemIndex[e] = itemIndex[row]!;
    if (value !== undefined) built.value[e] = value[row]!;
    if (timeMs !== undefined) built.timeMs[e] = timeMs[row]!;
  }
  return { interactions: built, duplicateCount: order.length - entries };
}

/** Row numbers by user, then item, then place in the file; files in the wild are often in this order already. */
function orderByPair({ userCount, itemCount, userIndex, itemIndex }: InteractionRows): Uint32Array {
  const order = new Uint32Array(userIndex.length);
  let isOrdered = true;
  for (let row = 0; row < order.length; row++) {
    order[row] = row;
    if (row === 0 || !isOrdered) continue;
    const change = userIndex[row]! - userIndex[row - 1]! || itemIndex[row]! - itemIndex[row - 1]!;
    if (change < 0) isOrdered = false;
  }
  return isOrdered ? order : sortByCount(sortByCount(order, itemIndex, itemCount), userIndex, userCount);
}

/** Moves the latest row of each pair to the front of `order`, in place, and returns how many pairs there are. */
function keepLatest(order: Uint32Array, { userIndex, itemIndex, timeMs }: InteractionRows): number {
  let pairs = 0;
  for (const row of order) {
    const before = pairs > 0 ? order[pairs - 1]! : -1;
    const isSamePair = before >= 0 && userIndex[before] === userIndex[row] && itemIndex[before] === itemIndex[row];
    if (!isSamePair) order[pairs++] = row;
    else if (!isEarlier(timeMs?.[row], timeMs?.[before])) order[pairs - 1] = row;
  }
  return pairs;
}

function isEarlier(time: number | undefined, other: number | undefined): boolean {
  if (time === undefined || other === undefined) return false;
  // a row without a time is earlier than one that has a time
  return Number.isNaN(time) ? !Number.isNaN(other) : time < other;
}
