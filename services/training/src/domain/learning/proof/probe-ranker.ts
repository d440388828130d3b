import type { InteractionTable } from '@attune/interactions';
import { drawSome, seededUniform } from '@attune/kernels';
import type { AskedUser } from '@attune/onnx';
import { rowsOf } from '../../rows-of';
import { PROBED_SCORES, type ProbedRow } from './check-numbers';
import type { OpenedRanker, OpenedVersion } from './opened-version';

/** So many are asked at once: a block of scores stays small. */
const BLOCK = 256;
const LONE_HISTORIES = 200;

/** Asks a ranker about everybody whom it knows, or as many as a second allows, and about people who have met one item each. */
export async function probe({ artifact, scorer }: OpenedRanker, seed: number): Promise<ProbedRow[]> {
  const { userKeys, itemIds } = artifact;
  const most = Math.max(BLOCK, Math.floor(PROBED_SCORES / Math.max(1, itemIds.length)));
  const drawn = (count: number, limit: number) => {
    const all = Int32Array.from({ length: count }, (_, row) => row);
    return count <= limit ? all : drawSome(all, limit, seededUniform(seed));
  };
  const nobody = { historyItems: new Int32Array(0), historyWeights: new Float32Array(0) };
  const users = Array.from(drawn(userKeys.length, most), (row) => ({ who: `user ${row}`, asked: { row, ...nobody } }));
  const lonely = Array.from(drawn(itemIds.length, LONE_HISTORIES), (item) => ({
    who: `somebody who met item ${item} alone`,
    asked: { row: -1, historyItems: Int32Array.of(item), historyWeights: Float32Array.of(1) },
  }));
  const asked = users.length > 0 ? users : lonely;
  const rows: ProbedRow[] = [];
  for (let at = 0; at < asked.length; at += BLOCK) {
    const block = asked.slice(at, at + BLOCK);
    const scores = await scorer.scores(block.map((one) => one.asked));
    block.forEach(({ who }, place) => {
      if (scores[place] !== undefined) rows.push({ who, scores: scores[place] });
    });
  }
  return rows;
}

/** The same users for every version, by its own rows. */
export type Batch = ReadonlyMap<OpenedVersion, readonly AskedUser[]>;

const BATCH_USERS = 64;

/** A batch of users whom all versions know, with what they met. */
export function batchOf(table: InteractionTable, versions: readonly OpenedVersion[]): Batch {
  const keys = table.users.filter((_, user) => user % Math.max(1, Math.floor(table.users.length / BATCH_USERS)) === 0);
  const kept = new Set(keys.slice(0, BATCH_USERS));
  const histories = new Map<string, string[]>();
  table.userIndex.forEach((user, row) => {
    const key = table.users[user]!;
    if (!kept.has(key)) return;
    histories.set(key, [...(histories.get(key) ?? []), table.items[table.itemIndex[row]!]!].slice(0, 50));
  });
  return new Map(versions.map((version) => [version, askedBy(version, [...kept], histories)]));
}

function askedBy(
  { artifact }: OpenedVersion,
  keys: readonly string[],
  histories: ReadonlyMap<string, readonly string[]>,
): readonly AskedUser[] {
  const rows = rowsOf(artifact.userKeys, keys);
  return keys.map((key, at) => {
    const items = [...new Set(rowsOf(artifact.itemIds, histories.get(key) ?? []))].filter((item) => item >= 0);
    // somebody whom one version does not know is asked about as its first user: the same work
    const row = artifact.userKeys.length > 0 ? Math.max(0, rows[at]!) : -1;
    const history = items.length > 0 ? items : [0];
    return { row, historyItems: Int32Array.from(history), historyWeights: new Float32Array(history.length).fill(1) };
  });
}

/** Asks a version its part of a batch. */
export function askAll(version: OpenedRanker, batch: Batch): Promise<unknown> {
  return version.scorer.scores(batch.get(version)!);
}
