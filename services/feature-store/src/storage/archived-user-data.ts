import { common, events } from '@attune/contracts';
import type { ExportLine, ReadUserData } from '../erasure-ports';
import type { ArchivedRow, HistoryArchive } from '../history-ports';

/** What days that have left the database hold about a user: there the user is known by the keyed hash alone. */
export function archivedUserData(
  archive: Pick<HistoryArchive, 'rowsOf'>,
  userKeyOf: (userId: string) => string,
): ReadUserData {
  return async function* readArchivedUserData(userId, options) {
    for await (const row of archive.rowsOf(userKeyOf(userId), options)) yield lineOf(row);
  };
}

const MICROSECONDS = '_us';

function lineOf({ table, day, row }: ArchivedRow): ExportLine {
  const fields = Object.entries(row).map(([name, value]): [string, unknown] => {
    if (value instanceof Uint8Array) return [name, messageOf({ table, day, row }, value)];
    if (!name.endsWith(MICROSECONDS)) return [name, value ?? undefined];
    return [name.slice(0, -MICROSECONDS.length), new Date((value as number) / 1_000).toISOString()];
  });
  return { kind: `archived_${table}`, day, ...Object.fromEntries(fields) };
}

function messageOf({ table, row }: ArchivedRow, record: Uint8Array): unknown {
  if (table === 'decisions') return events.DecisionRecord.toJSON(events.DecisionRecord.decode(record));
  if (row.kind === 'item') return common.Item.toJSON(common.Item.decode(record));
  if (row.kind === 'topic_block') return common.Block.toJSON(common.Block.decode(record));
  return record.length === 0 ? undefined : common.User.toJSON(common.User.decode(record));
}
