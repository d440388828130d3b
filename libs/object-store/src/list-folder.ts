import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TEMPORARY_FOLDER } from './object-key';
import type { ListedObject } from './ports';

/**
 * The files below `root` whose relative path begins with `prefix`, in the order of the paths' UTF-8 bytes (the order of S3).
 * Reads one folder at a time, so that a listing costs the memory of one folder, not of the store.
 */
export async function* listFolder(root: string, prefix: string): AsyncGenerator<ListedObject> {
  const start = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  yield* walk(root, start, prefix);
}

async function* walk(root: string, folder: string, prefix: string): AsyncGenerator<ListedObject> {
  for (const { key, isFolder } of await entriesOf(root, folder)) {
    if (!key.startsWith(prefix) && !(isFolder && prefix.startsWith(key))) continue;
    if (isFolder) {
      yield* walk(root, key, prefix);
      continue;
    }
    const sizeBytes = await sizeOf(join(root, key));
    if (sizeBytes !== undefined) yield { key, sizeBytes };
  }
}

interface Entry {
  /** The path below the root; a folder's ends with a slash, which is what puts it in its place among the files. */
  readonly key: string;
  readonly isFolder: boolean;
}

async function entriesOf(root: string, folder: string): Promise<Entry[]> {
  const entries: Dirent[] = await readdir(join(root, folder), { withFileTypes: true }).catch(ignoreMissing);
  return entries
    .filter((entry) => !(folder === '' && entry.name === TEMPORARY_FOLDER))
    .map((entry) => ({ isFolder: entry.isDirectory(), key: `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}` }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
}

function ignoreMissing(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
  throw error;
}

// undefined when the file was deleted since its folder was read
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    ignoreMissing(error as NodeJS.ErrnoException);
    return undefined;
  }
}
