import type { ObjectStore } from '@attune/object-store';
import type { ArchivedRow, ArchivedUser, ErasedFromArchive, HistoryPart } from '../../history-ports';
import type { CallOptions } from '../../ports';
import { readArchiveFile } from './archive-file';
import type { ArchiveRow } from './archive-table';
import { type ArchiveParts, deleteUnnamed } from './export-part';
import { noteErasure } from './history-days-sql';
import {
  ARCHIVE_PREFIX,
  fileName,
  folderOf,
  type HashedManifest,
  type Manifest,
  type ManifestFile,
  placeOf,
  putManifest,
  readFileOf,
  readManifest,
} from './manifest';
import { FileWriter } from './part-writer';
import { usersIn, without } from './pseudonyms';
import { mayHold } from './user-filter';

/**
 * Takes a user out of every file that holds one of the user's rows. Such a file is written again under a new name, then the
 * manifest names it, then the old one is deleted: whatever is cut off, each part is whole, and doing it again finishes it, because
 * files that no manifest names are deleted first and last.
 */
export async function eraseUser(
  { database, objects }: Pick<ArchiveParts, 'database' | 'objects'>,
  user: ArchivedUser,
  options: CallOptions = {},
): Promise<ErasedFromArchive> {
  const erased = { rowCount: 0, fileCount: 0 };
  for (const part of await partsIn(objects)) {
    options.signal?.throwIfAborted();
    const read = await readManifest(objects, part);
    if (read === undefined) {
      // An export that was cut off: it is done again from the database.
      await objects.deletePrefix(folderOf(part));
      continue;
    }
    const changed = await erasePart(objects, read.manifest, user, options);
    // Noted also where nothing changed: an erasure that was cut off may have come just so far.
    await noteErasure(database, changed?.written ?? read);
    await deleteUnnamed(objects, changed?.written.manifest ?? read.manifest);
    erased.rowCount += changed?.rowCount ?? 0;
    erased.fileCount += changed?.fileCount ?? 0;
  }
  return erased;
}

/** Every part that has something in the object store. */
async function partsIn(objects: ObjectStore): Promise<readonly HistoryPart[]> {
  const parts = new Map<string, HistoryPart>();
  for await (const { key } of objects.list(ARCHIVE_PREFIX)) {
    const place = placeOf(key);
    if (place !== undefined) parts.set(folderOf(place), { table: place.table, day: place.day });
  }
  return [...parts.values()];
}

interface ErasedPart extends ErasedFromArchive {
  readonly written: HashedManifest;
}

/** Undefined where the part does not hold the user. */
async function erasePart(
  objects: ObjectStore,
  manifest: Manifest,
  user: ArchivedUser,
  options: CallOptions,
): Promise<ErasedPart | undefined> {
  const revision = manifest.revision + 1;
  const files: ManifestFile[] = [];
  const erased = { rowCount: 0, fileCount: 0 };
  for (const [index, file] of manifest.files.entries()) {
    const rewritten = await rewrite(objects, manifest, { file, name: fileName(index, revision), user }, options);
    if (rewritten === undefined) {
      files.push(file);
      continue;
    }
    if (rewritten.file !== undefined) files.push(rewritten.file);
    erased.rowCount += rewritten.rowCount;
    erased.fileCount++;
  }
  if (erased.fileCount === 0) return undefined;
  const rowCount = files.reduce((sum, file) => sum + file.rowCount, 0);
  // The span of what is left is not wider than before; of nothing there is none.
  const span = rowCount === 0 ? { knownSeq: null, happened: null } : {};
  return { ...erased, written: await putManifest(objects, { ...manifest, ...span, revision, rowCount, files }) };
}

interface Rewriting {
  readonly file: ManifestFile;
  /** The name of the file without the user. */
  readonly name: string;
  readonly user: ArchivedUser;
}

interface Rewritten {
  /** Undefined where nothing is left. */
  readonly file: ManifestFile | undefined;
  /** Rows that are gone or, of items, lost their author. */
  readonly rowCount: number;
}

/** Writes a file again without a user; undefined where it does not hold the user. */
async function rewrite(
  objects: ObjectStore,
  part: HistoryPart,
  { file, name, user }: Rewriting,
  options: CallOptions,
): Promise<Rewritten | undefined> {
  if (!mayHold(file.users, user.userKey)) return undefined;
  const untilUs = user.until === undefined ? Number.POSITIVE_INFINITY : user.until.getTime() * 1_000;
  const writer = new FileWriter(objects, part, name);
  let rowCount = 0;
  for await (const rows of readArchiveFile(await readFileOf(objects, part, file, options))) {
    const left = rows.map((row) => without(part.table, row, user.userKey, untilUs));
    rowCount += left.filter((row, index) => row !== rows[index]).length;
    writer.add(left.filter((row): row is ArchiveRow => row !== undefined));
  }
  return rowCount === 0 ? undefined : { file: await writer.finish(options), rowCount };
}

/** What parts hold about a user, newest first, as it is in their files. */
export async function* rowsOfUser(
  objects: ObjectStore,
  parts: readonly HistoryPart[],
  userKey: string,
  options: CallOptions = {},
): AsyncGenerator<ArchivedRow> {
  for (const { table, day } of parts) {
    const files = (await readManifest(objects, { table, day }))?.manifest.files ?? [];
    for (const file of files) {
      if (!mayHold(file.users, userKey)) continue;
      for await (const rows of readArchiveFile(await readFileOf(objects, { table, day }, file, options))) {
        for (const row of rows) if (usersIn(table, row).includes(userKey)) yield { table, day, row };
      }
    }
  }
}
