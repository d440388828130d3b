import type { Scorer } from '@attune/evaluation';
import { type Interactions, userOffsets } from '@attune/interactions';
import type { ArtifactScorer, AskedUser } from '@attune/onnx';
import { rowsOf } from './rows-of';

/** A stored version that can be asked. */
export interface StoredVersion extends Pick<ArtifactScorer, 'scores'> {
  readonly userKeys: readonly string[];
  readonly itemIds: readonly string[];
}

/** What users had before they are asked about, and whom and what the indices mean. */
export interface AskedFrom {
  readonly train: Interactions;
  readonly userKeys: readonly string[];
  readonly itemIds: readonly string[];
}

/**
 * A stored version as a scorer over the indices of a data set. Users of whom it can say nothing and items that it does not know count
 * against it: their score is no number, which ranks last.
 */
export function versionScorer(version: StoredVersion, { train, userKeys, itemIds }: AskedFrom): Scorer {
  const userRows = rowsOf(version.userKeys, userKeys);
  const itemRows = rowsOf(version.itemIds, itemIds);
  const offsets = userOffsets(train);

  function asked(user: number): AskedUser {
    const entries: number[] = [];
    for (let entry = offsets[user]!; entry < offsets[user + 1]!; entry++) {
      if (itemRows[train.itemIndex[entry]!]! >= 0) entries.push(entry);
    }
    return {
      row: userRows[user]!,
      historyItems: Int32Array.from(entries, (entry) => itemRows[train.itemIndex[entry]!]!),
      historyWeights: Float32Array.from(entries, (entry) => train.value[entry]!),
    };
  }

  const scoresOf = (users: Int32Array) => version.scores(Array.from(users, asked));
  return {
    async scoreAll(users) {
      const rows = await scoresOf(users);
      const all = new Float32Array(users.length * itemIds.length);
      for (let place = 0, at = 0; place < users.length; place++) {
        for (let item = 0; item < itemIds.length; item++) all[at++] = scoreOf(rows[place], itemRows[item]!);
      }
      return all;
    },
    async scorePairs(users, items) {
      const distinct = Int32Array.from(new Set(users));
      const rows = await scoresOf(distinct);
      const rowOf = new Map(Array.from(distinct, (user, place) => [user, rows[place]]));
      return Float32Array.from(users, (user, pair) => scoreOf(rowOf.get(user), itemRows[items[pair]!]!));
    },
  };
}

function scoreOf(row: Float32Array | undefined, itemRow: number): number {
  return row === undefined || itemRow < 0 ? Number.NaN : row[itemRow]!;
}
