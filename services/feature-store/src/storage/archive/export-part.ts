import type { ObjectStore } from '@attune/object-store';
import type { Database, Queryable } from '@attune/postgres';
import type { HistoryPart } from '../../history-ports';
import type { CallOptions } from '../../ports';
import { stepAside } from './archive-lock';
import { ARCHIVE_TABLES, type ArchiveRow } from './archive-table';
import { noteExport, partitionOf } from './history-days-sql';
import { folderOf, type Manifest, putManifest } from './manifest';
import { PartWriter } from './part-writer';
import { renamed } from './pseudonyms';

/** What the archive works with. */
export interface ArchiveParts {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly userKeyOf: (userId: string) => string;
}

/**
 * Writes a part to the archive and returns its rows. The rows of a day that is over do not change, so that doing it again writes
 * the same bytes under the same names; the manifest comes last, and what it does not name is deleted.
 */
export async function exportPart(
  { database, objects, userKeyOf }: ArchiveParts,
  part: HistoryPart,
  now: Date,
  options: CallOptions = {},
): Promise<number> {
  const writer = new PartWriter(objects, part, () => stepAside(database), options);
  await database.transaction(
    async (tx) => {
      for await (const rows of rowsOf(tx, part)) {
        await writer.add(rows.map((row) => renamed(part.table, row, userKeyOf)!));
      }
    },
    // What was written of an attempt that failed would be in the files of the next one.
    { ...options, maxAttempts: 1, readOnly: true },
  );
  const written = await putManifest(objects, await writer.finish());
  await noteExport(database, written, now);
  await deleteUnnamed(objects, written.manifest);
  return written.manifest.rowCount;
}

/** The rows of a partition in their order, one group of a file at a time. */
async function* rowsOf(tx: Queryable, part: HistoryPart): AsyncGenerator<readonly ArchiveRow[]> {
  const { columns, orderBy, rowsPerGroup } = ARCHIVE_TABLES[part.table];
  const selected = columns.map(({ select, name }) => `${select} AS ${name}`).join(', ');
  await tx.query(`DECLARE part NO SCROLL CURSOR FOR SELECT ${selected} FROM ${partitionOf(part)} ORDER BY ${orderBy}`);
  for (;;) {
    const { rows } = await tx.query<Record<string, never>>(`FETCH ${rowsPerGroup} FROM part`);
    if (rows.length === 0) return;
    yield rows;
  }
}

/** Deletes what an export or an erasure left that did not come to its end. */
export async function deleteUnnamed(objects: ObjectStore, manifest: Manifest): Promise<void> {
  const folder = folderOf(manifest);
  const named = new Set([`${folder}manifest.json`, ...manifest.files.map(({ name }) => folder + name)]);
  for await (const { key } of objects.list(folder)) if (!named.has(key)) await objects.delete(key);
}
