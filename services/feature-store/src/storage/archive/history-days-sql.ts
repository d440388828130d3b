import type { Queryable } from '@attune/postgres';
import { HISTORY_TABLES, type HistoryDay, type HistoryPart, type HistoryTable } from '../../history-ports';
import type { CallOptions } from '../../ports';
import type { HashedManifest } from './manifest';

interface DayRow {
  readonly history_table: HistoryTable;
  readonly day: string;
  readonly is_in_database: boolean;
  readonly row_count: number | null;
  readonly exported_at: Date | null;
  readonly first_at: Date | null;
  readonly last_at: Date | null;
  readonly left_at: Date | null;
  readonly restored_at: Date | null;
  readonly needed_at: Date | null;
}

// A partition is known by its name, which make_history_partition (migration 0007) gives it.
const DAYS = `
WITH partitions AS (
  SELECT parent.relname::text AS history_table, to_date(right(child.relname, 8), 'YYYYMMDD') AS day, true AS is_there
  FROM pg_inherits JOIN pg_class AS parent ON parent.oid = inhparent JOIN pg_class AS child ON child.oid = inhrelid
  WHERE parent.relnamespace = current_schema()::regnamespace AND parent.relname = ANY ($1::text[]) AND parent.relkind = 'p')
SELECT history_table, to_char(day, 'YYYY-MM-DD') AS day, is_there IS NOT NULL AS is_in_database,
  row_count::float8 AS row_count, exported_at, first_at, last_at, left_at, restored_at, needed_at
FROM partitions FULL JOIN history_days USING (day, history_table)
ORDER BY 2 DESC, history_table`;

/** Every part that has a partition or is in the archive, newest first. */
export async function historyDays(database: Queryable, { signal }: CallOptions = {}): Promise<readonly HistoryDay[]> {
  const { rows } = await database.query<DayRow>(DAYS, [[...HISTORY_TABLES]], signal === undefined ? {} : { signal });
  return rows.map((row) => ({
    ...{ table: row.history_table, day: row.day, isInDatabase: row.is_in_database },
    ...{ rowCount: row.row_count ?? undefined, exportedAt: row.exported_at ?? undefined },
    ...{ firstAt: row.first_at ?? undefined, lastAt: row.last_at ?? undefined, leftAt: row.left_at ?? undefined },
    ...{ restoredAt: row.restored_at ?? undefined, neededAt: row.needed_at ?? undefined },
  }));
}

/** What the store noted of a part of the archive. */
export interface NotedPart {
  readonly manifestHash: string;
  readonly leftAt: Date | undefined;
  readonly restoredAt: Date | undefined;
  readonly neededAt: Date | undefined;
}

type NotedRow = Pick<DayRow, 'left_at' | 'restored_at' | 'needed_at'> & { readonly manifest_hash: string };

/** What the store noted of a part, or undefined; its row is locked until the transaction ends. */
export async function lockNoted(tx: Queryable, { table, day }: HistoryPart): Promise<NotedPart | undefined> {
  const { rows } = await tx.query<NotedRow>(
    `SELECT manifest_hash, left_at, restored_at, needed_at FROM history_days
     WHERE day = $1 AND history_table = $2 FOR UPDATE`,
    [day, table],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    manifestHash: row.manifest_hash,
    leftAt: row.left_at ?? undefined,
    restoredAt: row.restored_at ?? undefined,
    neededAt: row.needed_at ?? undefined,
  };
}

/** Notes that a part is in the archive. */
export async function noteExport(database: Queryable, { manifest, hash }: HashedManifest, now: Date): Promise<void> {
  await database.query(
    `INSERT INTO history_days (day, history_table, exported_at, row_count, manifest_hash, first_at, last_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (day, history_table) DO UPDATE SET exported_at = excluded.exported_at, row_count = excluded.row_count,
       manifest_hash = excluded.manifest_hash, first_at = excluded.first_at, last_at = excluded.last_at`,
    [...[manifest.day, manifest.table, now], ...notedOf({ manifest, hash })],
  );
}

/** Notes that an erasure changed the files of a part; one that the store has no note of stays without. */
export async function noteErasure(database: Queryable, changed: HashedManifest): Promise<void> {
  await database.query(
    `UPDATE history_days SET row_count = $3, manifest_hash = $4, first_at = $5, last_at = $6
     WHERE day = $1 AND history_table = $2`,
    [changed.manifest.day, changed.manifest.table, ...notedOf(changed)],
  );
}

function notedOf({ manifest, hash }: HashedManifest) {
  return [manifest.rowCount, hash, manifest.happened?.first ?? null, manifest.happened?.last ?? null];
}

/** Notes that a part left the database. */
export async function noteLeft(tx: Queryable, { table, day }: HistoryPart, now: Date): Promise<void> {
  const sql = 'UPDATE history_days SET left_at = $3, restored_at = NULL WHERE day = $1 AND history_table = $2';
  await tx.query(sql, [day, table, now]);
}

/** Notes that a part was loaded back. */
export async function noteRestored(tx: Queryable, { table, day }: HistoryPart, now: Date): Promise<void> {
  const sql = 'UPDATE history_days SET restored_at = $3, needed_at = $3 WHERE day = $1 AND history_table = $2';
  await tx.query(sql, [day, table, now]);
}

/** Notes that parts are needed in the database. */
export async function noteNeeded(database: Queryable, parts: readonly HistoryPart[], now: Date): Promise<void> {
  await database.query(
    `UPDATE history_days SET needed_at = greatest(needed_at, $3)
     WHERE (day, history_table) IN (SELECT * FROM unnest($1::date[], $2::text[]))`,
    [parts.map(({ day }) => day), parts.map(({ table }) => table), now],
  );
}

/** The partition of a part. */
export function partitionOf({ table, day }: HistoryPart): string {
  return `${table}_${day.replaceAll('-', '')}`;
}

/** Whether a part is in the database. */
export async function isThere(database: Queryable, part: HistoryPart): Promise<boolean> {
  const sql = 'SELECT to_regclass($1) IS NOT NULL AS is_there';
  return (await database.query<{ is_there: boolean }>(sql, [partitionOf(part)])).rows[0]!.is_there;
}

/** How many rows a partition has. */
export async function countRows(database: Queryable, part: HistoryPart, { signal }: CallOptions = {}): Promise<number> {
  const sql = `SELECT count(*)::float8 AS count FROM ${partitionOf(part)}`;
  const { rows } = await database.query<{ count: number }>(sql, [], signal === undefined ? {} : { signal });
  return rows[0]!.count;
}
