import type { HistoryTable } from '../../history-ports';
import type { ArchiveRow } from './archive-table';
import { textFieldOf, withTextField } from './wire-text';

/** The numbers of the fields that name users, in the contract's messages; a test holds them to the contract. */
export const USER_FIELDS = {
  'User.user_id': 1,
  'Block.user_id': 1,
  'Item.author_id': 6,
  'DecisionRecord.user_id': 2,
} as const;

/** Gives another name to a user: the keyed hash of an id, or the id of a keyed hash. Undefined where it has none to give. */
export type Rename = (user: string) => string | undefined;

/**
 * A row with every user under another name: the columns, and the field of the record that names one. A row without its user says
 * nothing, and is undefined; an item whose author has no name loses the author.
 */
export function renamed(table: HistoryTable, row: ArchiveRow, rename: Rename): ArchiveRow | undefined {
  if (table !== 'entity_changes') return ownRenamed(row, rename);
  if (row.kind === 'item') return authorRenamed(row, rename);
  const entity = rename(row.entity as string);
  const other = row.other_key === '' ? '' : rename(row.other_key as string);
  if (entity === undefined || other === undefined) return undefined;
  const field = row.kind === 'topic_block' ? 'Block.user_id' : 'User.user_id';
  return { ...row, entity, other_key: other, record: recordOf(row, field, entity) };
}

/** Every user whom a row names. */
export function usersIn(table: HistoryTable, row: ArchiveRow): readonly string[] {
  if (table !== 'entity_changes') return [row.user_key as string];
  const named = row.kind === 'item' ? [authorOf(row)] : [row.entity as string, row.other_key as string];
  return named.filter((user) => user !== '');
}

/**
 * A row as it is without a user, until a moment in microseconds: unchanged, gone, or, of an item whose author the user is, without
 * the author.
 */
export function without(
  table: HistoryTable,
  row: ArchiveRow,
  userKey: string,
  untilUs: number,
): ArchiveRow | undefined {
  if (firstKnownUs(table, row) > untilUs || !usersIn(table, row).includes(userKey)) return row;
  if (row.kind !== 'item') return undefined;
  return { ...row, record: withTextField(row.record as Uint8Array, USER_FIELDS['Item.author_id'], '') };
}

/** When a row happened or was accepted, whichever was first: what an erasure compares with. */
function firstKnownUs(table: HistoryTable, row: ArchiveRow): number {
  if (table === 'interactions') return Math.min(row.occurred_at_us as number, row.accepted_at_us as number);
  return (table === 'decisions' ? row.decided_at_us : row.accepted_at_us) as number;
}

function ownRenamed(row: ArchiveRow, rename: Rename): ArchiveRow | undefined {
  const user = rename(row.user_key as string);
  if (user === undefined) return undefined;
  const own = { ...row, user_key: user };
  return 'record' in row ? { ...own, record: recordOf(row, 'DecisionRecord.user_id', user) } : own;
}

function authorRenamed(row: ArchiveRow, rename: Rename): ArchiveRow {
  const author = authorOf(row);
  return author === '' ? row : { ...row, record: recordOf(row, 'Item.author_id', rename(author) ?? '') };
}

function authorOf({ record }: ArchiveRow): string {
  return record === null ? '' : textFieldOf(record as Uint8Array, USER_FIELDS['Item.author_id']);
}

function recordOf({ record }: ArchiveRow, field: keyof typeof USER_FIELDS, user: string): Uint8Array | null {
  return record === null ? null : withTextField(record as Uint8Array, USER_FIELDS[field], user);
}
