import { AppError } from '@attune/errors';

/**
 * What users said for or of items, by column: entry e says that user `userIndex[e]` gave item `itemIndex[e]` the value `value[e]`
 * at `timeMs[e]`. One entry per pair, ordered by user and, within a user, by item.
 */
export interface Interactions {
  readonly userCount: number;
  readonly itemCount: number;
  /** [n], ascending. */
  readonly userIndex: Int32Array;
  /** [n], ascending within a user. */
  readonly itemIndex: Int32Array;
  /** [n]: the strength of a preference, or a rating; 1 where nothing was said. */
  readonly value: Float32Array;
  /** [n]: milliseconds since 1970; NaN where unknown. */
  readonly timeMs: Float64Array;
}

/** The ids behind the indices. */
export interface Ids {
  /** By user index. */
  readonly users: readonly string[];
  /** By item index. */
  readonly items: readonly string[];
}

/** [userCount + 1]: user u's entries are `offsets[u] .. offsets[u + 1]`. */
export function userOffsets({ userCount, userIndex }: Interactions): Int32Array<ArrayBuffer> {
  const offsets = new Int32Array(userCount + 1);
  for (const user of userIndex) offsets[user + 1]!++;
  for (let user = 0; user < userCount; user++) offsets[user + 1]! += offsets[user]!;
  return offsets;
}

/** How many users an item has, by item index. */
export function itemCounts({ itemCount, itemIndex }: Interactions): Int32Array<ArrayBuffer> {
  const counts = new Int32Array(itemCount);
  for (const item of itemIndex) counts[item]!++;
  return counts;
}

/** The entries for which `keep` is true; users and items keep their indices. */
export function filterInteractions(interactions: Interactions, keep: (entry: number) => boolean): Interactions {
  const kept = new Uint32Array(interactions.userIndex.length);
  let count = 0;
  for (let entry = 0; entry < kept.length; entry++) if (keep(entry)) kept[count++] = entry;
  const [userIndex, itemIndex] = [new Int32Array(count), new Int32Array(count)];
  const [value, timeMs] = [new Float32Array(count), new Float64Array(count)];
  for (let e = 0; e < count; e++) {
    const entry = kept[e]!;
    userIndex[e] = interactions.userIndex[entry]!;
    itemIndex[e] = interactions.itemIndex[entry]!;
    value[e] = interactions.value[entry]!;
    timeMs[e] = interactions.timeMs[entry]!;
  }
  return { userCount: interactions.userCount, itemCount: interactions.itemCount, userIndex, itemIndex, value, timeMs };
}

/** Throws `invalid.dataset` unless columns agree, indices are inside, values finite, and entries ordered without duplicates. */
export function checkInteractions(interactions: Interactions): void {
  const { userCount, itemCount, userIndex, itemIndex, value, timeMs } = interactions;
  const entries = userIndex.length;
  const fail = (problem: string): never => {
    throw new AppError('invalid.dataset', problem);
  };
  for (const column of [itemIndex, value, timeMs]) {
    if (column.length !== entries) fail(`a column has ${column.length} of ${entries} entries`);
  }
  for (let e = 0; e < entries; e++) {
    const [user, item] = [userIndex[e]!, itemIndex[e]!];
    if (user < 0 || user >= userCount) fail(`entry ${e} names user ${user} of ${userCount}`);
    if (item < 0 || item >= itemCount) fail(`entry ${e} names item ${item} of ${itemCount}`);
    if (!Number.isFinite(value[e])) fail(`entry ${e} has the value ${value[e]}`);
    if (e === 0) continue;
    const isAfter = userIndex[e - 1]! < user || (userIndex[e - 1] === user && itemIndex[e - 1]! < item);
    if (!isAfter)
      fail(`entry ${e} is not after the one before it: entries are ordered by user and item, each pair once`);
  }
}
