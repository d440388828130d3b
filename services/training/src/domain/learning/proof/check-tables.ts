import type { InteractionTable } from '@attune/interactions';
import type { Material } from '../../material';
import type { LearningCheck } from '../learning-cycle';
import { BOUNDS } from './bounds';
import { check, shareKnown } from './checks';
import type { OpenedVersion } from './opened-version';

/** Whether a version knows the users and items of its data set, counted from the data set's own files. */
export function checkTables(
  { artifact }: OpenedVersion,
  { userKeys, itemIds }: Material,
  champion?: OpenedVersion,
): LearningCheck {
  const items = shareKnown(itemIds, artifact.itemIds);
  const knowsUsers = artifact.userKeys.length > 0 || (champion?.artifact.userKeys.length ?? 0) > 0;
  const users = knowsUsers ? shareKnown(userKeys, artifact.userKeys) : undefined;
  const passed = items.share >= BOUNDS.knownShare && (users === undefined || users.share >= BOUNDS.knownShare);
  const figures = `it knows ${items.known} of ${items.of} items${users ? ` and ${users.known} of ${users.of} users` : ''} of its data set`;
  return check('tables', passed, figures);
}

/** So many of the newest rows before the questions say what people meet lately. */
const RECENT_SHARE = 0.1;

/** Whether a version knows the items that people met shortly before the questions begin, by what is known now. */
export function checkRecentItems(
  { artifact }: OpenedVersion,
  table: InteractionTable,
  { untilMs, isPositive }: { readonly untilMs: number; readonly isPositive: (row: number) => boolean },
): LearningCheck {
  const rows = Array.from(table.timeMs.keys()).filter((row) => table.timeMs[row]! < untilMs && isPositive(row));
  rows.sort((a, b) => table.timeMs[b]! - table.timeMs[a]!);
  const recent = rows.slice(0, Math.max(50, Math.ceil(rows.length * RECENT_SHARE)));
  const ids = new Set(recent.map((row) => table.items[table.itemIndex[row]!]!));
  const { known, of, share } = shareKnown(ids, artifact.itemIds);
  return check('recent_items', share >= BOUNDS.recentShare, `it knows ${known} of ${of} items that people met lately`);
}
