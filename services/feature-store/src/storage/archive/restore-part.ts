import { AppError } from '@attune/errors';
import { type Queryable, sqlState, type Tx } from '@attune/postgres';
import type { HistoryPart, RestoredPart } from '../../history-ports';
import type { CallOptions } from '../../ports';
import { readArchiveFile } from './archive-file';
import { ARCHIVE_TABLES, type ArchiveRow } from './archive-table';
import type { ArchiveParts } from './export-part';
import { isThere, lockNoted, noteNeeded, noteRestored, partitionOf } from './history-days-sql';
import { insertRows } from './insert-rows';
import { knownUsers } from './known-users';
import { type HashedManifest, readFileOf, readManifest } from './manifest';
import { renamed, usersIn, without } from './pseudonyms';

const LOCK_TIMEOUT_MS = 5_000;
const LOCK_NOT_AVAILABLE = '55P03';
/** In the order of the columns that usersIn looks at; of a record only its users are read. */
const USER_COLUMNS = {
  interactions: ['user_key'],
  decisions: ['user_key'],
  entity_changes: ['kind', 'entity', 'other_key', 'record'],
} as const;

/**
 * Loads a part back into a partition, in one transaction; undefined where it is there. Its users get the ids that the store knows;
 * what belongs to nobody whom it knows stays in the archive.
 */
export async function restorePart(
  { database, objects, userKeyOf }: ArchiveParts,
  part: HistoryPart,
  now: Date,
  options: CallOptions = {},
): Promise<RestoredPart | undefined> {
  if (await isThere(database, part)) {
    await noteNeeded(database, [part], now);
    return undefined;
  }
  const read = await requireManifest(objects, part);
  const keys = await userKeysOf(objects, read, options);
  const ids = await knownUsers(database, part.table, keys, userKeyOf);
  const load = async (tx: Tx) => {
    await requireNoted(tx, read);
    const partition = await createLoading(tx, part);
    const forgotten = await forgottenAmong(tx, keys);
    const known = (row: ArchiveRow) => knownRow(part, row, forgotten, ids);
    let rowCount = 0;
    for (const file of read.manifest.files) {
      for await (const rows of readArchiveFile(await readFileOf(objects, part, file, options))) {
        const loaded = rows.map(known).filter((row) => row !== undefined);
        await insertRows(tx, ARCHIVE_TABLES[part.table], partition, loaded);
        rowCount += loaded.length;
      }
    }
    await lockAgainstErasures(tx, part, () => forgottenAmong(tx, keys), forgotten);
    await attach(tx, part, partition);
    await noteRestored(tx, part, now);
    const { table, day } = part;
    return { table, day, rowCount, leftOutCount: read.manifest.rowCount - rowCount };
  };
  try {
    return await database.transaction(load, options);
  } catch (error) {
    if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
    const message = `the ${part.table} of ${part.day} could not be loaded because the history is in use; try again`;
    throw new AppError('unavailable.history', message, { cause: error });
  }
}

async function requireManifest(objects: ArchiveParts['objects'], part: HistoryPart): Promise<HashedManifest> {
  const read = await readManifest(objects, part);
  if (read !== undefined) return read;
  throw new AppError(
    'not_found.history_day',
    `the ${part.table} of ${part.day} are not in the archive; attune history shows the days that are`,
  );
}

async function requireNoted(tx: Queryable, { manifest, hash }: HashedManifest): Promise<void> {
  const noted = await lockNoted(tx, manifest);
  if (noted?.manifestHash === hash) return;
  throw new AppError(
    'failed_precondition.history_manifest',
    `the manifest of the ${manifest.table} of ${manifest.day} is not the one that was noted: an erasure was cut off, and goes on by itself`,
  );
}

async function userKeysOf(
  objects: ArchiveParts['objects'],
  { manifest }: HashedManifest,
  options: CallOptions,
): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for (const file of manifest.files) {
    const bytes = await readFileOf(objects, manifest, file, options);
    for await (const rows of readArchiveFile(bytes, USER_COLUMNS[manifest.table])) {
      for (const row of rows) for (const key of usersIn(manifest.table, row)) keys.add(key);
    }
  }
  return keys;
}

const bound = (day: string) => `'${day}'::date::timestamp AT TIME ZONE 'UTC'`;

/** A table like those of the history, with the bounds of the day: with them attaching it needs not look at its rows. */
async function createLoading(tx: Tx, part: HistoryPart): Promise<string> {
  const partition = partitionOf(part);
  await tx.query(`CREATE TABLE ${partition} (LIKE ${part.table} INCLUDING ALL)`);
  await tx.query(
    `ALTER TABLE ${partition} ADD CONSTRAINT day CHECK
       (known_at >= ${bound(part.day)} AND known_at < ${bound(part.day)} + interval '24 hours')`,
  );
  return partition;
}

/** Until when some users were forgotten, in microseconds, by keyed hash. */
type Forgotten = ReadonlyMap<string, number>;

async function forgottenAmong(tx: Tx, userKeys: ReadonlySet<string>): Promise<Forgotten> {
  const sql = 'SELECT user_key, forgotten_until FROM forgotten_users WHERE user_key = ANY ($1::text[])';
  const { rows } = await tx.query<{ user_key: string; forgotten_until: Date }>(sql, [[...userKeys]]);
  return new Map(rows.map((row) => [row.user_key, row.forgotten_until.getTime() * 1_000]));
}

/** A row of the archive with the ids of its users; undefined where it belongs to nobody whom the store knows. */
function knownRow(
  { table }: HistoryPart,
  row: ArchiveRow,
  forgotten: Forgotten,
  ids: ReadonlyMap<string, string>,
): ArchiveRow | undefined {
  let left: ArchiveRow | undefined = row;
  for (const user of forgotten.size === 0 ? [] : usersIn(table, row)) {
    const untilUs = forgotten.get(user);
    if (left !== undefined && untilUs !== undefined) left = without(table, left, user, untilUs);
  }
  return left && renamed(table, left, (key) => ids.get(key));
}

/**
 * From here to the end of the transaction nobody deletes from the history, so that an erasure that comes later finds the rows; one
 * that began while they were loaded makes the transaction begin again.
 */
async function lockAgainstErasures(
  tx: Tx,
  { table }: HistoryPart,
  read: () => Promise<Forgotten>,
  before: Forgotten,
): Promise<void> {
  await tx.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await tx.query(`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`);
  const now = await read();
  const isSame = now.size === before.size && [...now].every(([key, untilUs]) => before.get(key) === untilUs);
  if (!isSame) throw new AppError('conflict.postgres', 'a user was forgotten while history was loaded; try again');
}

async function attach(tx: Tx, { table, day }: HistoryPart, partition: string): Promise<void> {
  await tx.query(
    `ALTER TABLE ${table} ATTACH PARTITION ${partition}
       FOR VALUES FROM (${bound(day)}) TO (${bound(day)} + interval '24 hours')`,
  );
  await tx.query(`ALTER TABLE ${partition} DROP CONSTRAINT day`);
}
