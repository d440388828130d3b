import { createHash, hash } from 'node:crypto';
import { AppError } from '@attune/errors';
import type { ObjectStore } from '@attune/object-store';
import { HISTORY_TABLES, type HistoryPart, type HistoryTable } from '../../history-ports';
import type { CallOptions } from '../../ports';

/** Where the history is in the object store. */
export const ARCHIVE_PREFIX = 'history/';

const FORMAT_VERSION = 1;
const MANIFEST = 'manifest.json';

/** A file of a part. */
export interface ManifestFile {
  readonly name: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly rowCount: number;
  /** Who may be in it: see user-filter.ts. */
  readonly users: string;
}

/** What says which files are a part: without one there is none. */
export interface Manifest extends HistoryPart {
  readonly formatVersion: number;
  /** Counts the erasures that changed it. */
  readonly revision: number;
  readonly rowCount: number;
  readonly knownSeq: { readonly first: number; readonly last: number } | null;
  /** When the first and the last of its rows happened. */
  readonly happened: { readonly first: string; readonly last: string } | null;
  readonly columns: Readonly<Record<string, string>>;
  readonly files: readonly ManifestFile[];
}

/** A manifest with the hash of its bytes. */
export interface HashedManifest {
  readonly manifest: Manifest;
  readonly hash: string;
}

/** The folder of a part, with a slash at its end. */
export function folderOf({ table, day }: HistoryPart): string {
  return `${ARCHIVE_PREFIX}${table}/day=${day}/`;
}

/** The part whose folder a key is in, and the name in it. */
export function placeOf(key: string): (HistoryPart & { readonly name: string }) | undefined {
  const match = /^history\/([a-z_]+)\/day=(\d{4}-\d{2}-\d{2})\/([^/]+)$/.exec(key);
  const [, table, day, name] = match ?? [];
  if (!(HISTORY_TABLES as readonly (string | undefined)[]).includes(table)) return undefined;
  return { table: table as HistoryTable, day: day!, name: name! };
}

/** The name of a file. One that an erasure wrote again has a new name: until the manifest says otherwise the old one counts. */
export function fileName(index: number, revision: number): string {
  return `part-${String(index).padStart(5, '0')}${revision === 0 ? '' : `.r${revision}`}.parquet`;
}

/** Writes a manifest, with which its files count. */
export async function putManifest(
  objects: ObjectStore,
  manifest: Omit<Manifest, 'formatVersion'>,
): Promise<HashedManifest> {
  const whole = { formatVersion: FORMAT_VERSION, ...manifest };
  const bytes = Buffer.from(`${JSON.stringify(whole, null, 2)}\n`);
  await objects.put(folderOf(manifest) + MANIFEST, bytes);
  return { manifest: whole, hash: hash('sha256', bytes, 'hex') };
}

/** The manifest of a part, or undefined. */
export async function readManifest(objects: ObjectStore, part: HistoryPart): Promise<HashedManifest | undefined> {
  const key = folderOf(part) + MANIFEST;
  if ((await objects.head(key)) === undefined) return undefined;
  const bytes = await objects.get(key);
  const manifest = JSON.parse(Buffer.from(bytes).toString('utf8')) as Manifest;
  if (manifest.formatVersion !== FORMAT_VERSION) {
    const message = `"${key}" has format ${manifest.formatVersion}; this build reads format ${FORMAT_VERSION}: use a newer one`;
    throw new AppError('failed_precondition.history_format', message);
  }
  return { manifest, hash: hash('sha256', bytes, 'hex') };
}

/** A whole file in memory, whose bytes are those that the manifest names. */
export async function readFileOf(
  objects: ObjectStore,
  part: HistoryPart,
  file: ManifestFile,
  options: CallOptions = {},
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of checked(objects, folderOf(part) + file.name, file, options)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Reads a file to its end; throws where it is not what the manifest names. */
export async function verifyFile(objects: ObjectStore, part: HistoryPart, file: ManifestFile): Promise<void> {
  for await (const _ of checked(objects, folderOf(part) + file.name, file, {}));
}

async function* checked(objects: ObjectStore, key: string, file: ManifestFile, { signal }: CallOptions) {
  const sha256 = createHash('sha256');
  let sizeBytes = 0;
  for await (const piece of objects.stream(key, signal === undefined ? {} : { signal })) {
    sizeBytes += piece.length;
    if (sizeBytes > file.sizeBytes) break;
    sha256.update(piece);
    yield piece;
  }
  if (sizeBytes === file.sizeBytes && sha256.digest('hex') === file.sha256) return;
  throw new AppError(
    'data_loss.history_file',
    `"${key}" is not the file that its manifest names: restore it from a backup`,
  );
}
