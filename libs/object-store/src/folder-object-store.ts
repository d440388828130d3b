import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '@attune/errors';
import { listFolder } from './list-folder';
import { fromFileSystem, objectNotFound, throwIfCancelled } from './object-errors';
import { checkedKey, checkedPrefix, TEMPORARY_FOLDER } from './object-key';
import { isFromCaller, piecesOf } from './pieces';
import type { CallOptions, ListedObject, ObjectStore, StoredObject } from './ports';

/** Unfinished writes older than this belong to a process that died. A living one touches its file with every piece. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Objects as files below one folder. A put writes to a temporary file on the same file system, syncs it and renames it
 * into place, so a crash at any moment leaves either the old object or the new one, and at most a file in `.tmp`.
 */
export class FolderObjectStore implements ObjectStore, AsyncDisposable {
  readonly #root: string;

  constructor(root: string, clock: () => Date = () => new Date()) {
    this.#root = root;
    try {
      mkdirSync(join(root, TEMPORARY_FOLDER), { recursive: true });
      removeAbandoned(join(root, TEMPORARY_FOLDER), clock().getTime() - ABANDONED_AFTER_MS);
    } catch (error) {
      throw new AppError('failed_precondition.object_store', `cannot use "${root}" as object store`, { cause: error });
    }
  }

  async put(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    { signal }: CallOptions = {},
  ): Promise<StoredObject> {
    const path = this.#pathOf(key);
    throwIfCancelled(signal, key);
    const temporary = join(this.#root, TEMPORARY_FOLDER, randomUUID());
    try {
      const stored = await writeSynced(temporary, piecesOf(body, key, signal));
      throwIfCancelled(signal, key);
      await moveInto(temporary, path);
      return stored;
    } catch (error) {
      await rm(temporary, { force: true });
      throw isFromCaller(error) ? error : fromFileSystem(error, key);
    }
  }

  async get(key: string, { signal }: CallOptions = {}): Promise<Uint8Array> {
    const path = this.#pathOf(key);
    throwIfCancelled(signal, key);
    try {
      return await readFile(path, { signal });
    } catch (error) {
      throwIfCancelled(signal, key);
      throw missing(error) ? objectNotFound(key, error) : fromFileSystem(error, key);
    }
  }

  async *stream(key: string, { signal }: CallOptions = {}): AsyncGenerator<Uint8Array> {
    const path = this.#pathOf(key);
    throwIfCancelled(signal, key);
    try {
      yield* createReadStream(path, { signal, highWaterMark: 256 * 1024 });
    } catch (error) {
      throwIfCancelled(signal, key);
      throw missing(error) ? objectNotFound(key, error) : fromFileSystem(error, key);
    }
  }

  async head(key: string): Promise<{ readonly sizeBytes: number } | undefined> {
    try {
      const found = await stat(this.#pathOf(key));
      return found.isFile() ? { sizeBytes: found.size } : undefined;
    } catch (error) {
      if (missing(error)) return undefined;
      throw fromFileSystem(error, key);
    }
  }

  list(prefix: string): AsyncIterable<ListedObject> {
    return listFolder(this.#root, checkedPrefix(prefix));
  }

  async delete(key: string): Promise<void> {
    const path = this.#pathOf(key);
    try {
      await rm(path);
    } catch (error) {
      if (missing(error)) return;
      throw fromFileSystem(error, key);
    }
    await this.#removeEmptyFolders(dirname(path));
  }

  async deletePrefix(prefix: string): Promise<number> {
    checkedKey(prefix.replace(/\/$/, ''));
    let count = 0;
    for await (const { key } of this.list(prefix)) {
      await this.delete(key);
      count += 1;
    }
    return count;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #pathOf(key: string): string {
    return join(this.#root, checkedKey(key));
  }

  async #removeEmptyFolders(folder: string): Promise<void> {
    if (folder === this.#root) return;
    try {
      await rmdir(folder);
    } catch {
      return; // not empty, or another delete was first: both mean that the tree is as it should be
    }
    await this.#removeEmptyFolders(dirname(folder));
  }
}

// a directory where an object is looked for means that there is no such object
function missing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EISDIR', 'ERR_FS_EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function removeAbandoned(folder: string, olderThanMs: number): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined && found.mtimeMs < olderThanMs) rmSync(path, { force: true });
  }
}

async function writeSynced(path: string, body: AsyncIterable<Uint8Array>): Promise<StoredObject> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  await using file = await open(path, 'wx');
  for await (const piece of body) {
    hash.update(piece);
    sizeBytes += piece.byteLength;
    await writeWhole(file, piece);
  }
  await file.sync();
  return { sizeBytes, sha256: hash.digest('hex') };
}

async function writeWhole(file: FileHandle, piece: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < piece.byteLength) offset += (await file.write(piece, offset)).bytesWritten;
}

async function moveInto(temporary: string, path: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await mkdir(dirname(path), { recursive: true });
      await rename(temporary, path);
      break;
    } catch (error) {
      // a delete beside us may remove the folder, empty for a moment, between the two calls or between the steps of the first
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === 10) throw error;
    }
  }
  await syncFolder(dirname(path));
}

async function syncFolder(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    // Windows cannot sync folders, and a folder may be deleted by now; the object itself is synced and in place
    if (!['EPERM', 'EISDIR', 'EINVAL', 'ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
  }
}
