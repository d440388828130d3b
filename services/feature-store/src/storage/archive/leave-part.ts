import { type Database, sqlState, type Tx } from '@attune/postgres';
import type { HistoryPart, Leaving } from '../../history-ports';
import type { ArchiveParts } from './export-part';
import { countRows, isThere, lockNoted, noteLeft, partitionOf } from './history-days-sql';
import { type Manifest, readManifest, verifyFile } from './manifest';

/** Who waits for a lock makes others wait behind, so that a table that is in use is left for later. */
const LOCK_TIMEOUT_MS = 2_000;
const LOCK_NOT_AVAILABLE = '55P03';

/** When it is, and since when nobody may have needed the part. */
export interface LeaveTimes {
  readonly now: Date;
  readonly unneededSince: Date;
}

/**
 * Takes a part out of the database, once its files were read back and are what the manifest names. A part that was never away is
 * compared with its manifest: rows that came since it was exported would be lost.
 */
export async function leavePart(
  { database, objects }: Pick<ArchiveParts, 'database' | 'objects'>,
  part: HistoryPart,
  times: LeaveTimes,
): Promise<Leaving> {
  const read = await readManifest(objects, part);
  if (read === undefined) return 'changed';
  for (const file of read.manifest.files) await verifyFile(objects, part, file);
  return detach(database, part, { ...times, manifest: read.manifest, hash: read.hash });
}

interface Detaching extends LeaveTimes {
  readonly manifest: Manifest;
  readonly hash: string;
}

async function detach(database: Database, part: HistoryPart, leaving: Detaching): Promise<Leaving> {
  try {
    return await database.transaction(async (tx) => detachIfUnneeded(tx, part, leaving));
  } catch (error) {
    if (sqlState(error) === LOCK_NOT_AVAILABLE) return 'stays';
    throw error;
  }
}

async function detachIfUnneeded(tx: Tx, part: HistoryPart, leaving: Detaching): Promise<Leaving> {
  await tx.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
  const noted = await lockNoted(tx, part);
  // Another process may have been faster: one that was cut off from its lock.
  if (!(await isThere(tx, part))) return 'stays';
  if (noted === undefined || noted.manifestHash !== leaving.hash) return 'changed';
  if (noted.neededAt !== undefined && noted.neededAt > leaving.unneededSince) return 'stays';
  // A clock that was set back makes partitions anew: what is in such a one is nowhere else.
  if (noted.leftAt !== undefined && noted.restoredAt === undefined) return 'changed';
  const partition = partitionOf(part);
  await tx.query(`LOCK TABLE ${partition} IN SHARE MODE`);
  if (noted.leftAt === undefined && (await countRows(tx, part)) !== leaving.manifest.rowCount) return 'changed';
  await tx.query(`ALTER TABLE ${part.table} DETACH PARTITION ${partition}`);
  await tx.query(`DROP TABLE ${partition}`);
  await noteLeft(tx, part, leaving.now);
  return 'left';
}
