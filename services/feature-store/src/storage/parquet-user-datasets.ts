import { AppError } from '@attune/errors';
import type { ObjectStore } from '@attune/object-store';
import { parquetMetadata, parquetRead, parquetSchema } from 'hyparquet';
import type { UserDatasets } from '../erasure-ports';
import type { CallOptions } from '../ports';

const MANIFEST = /^datasets\/([^/]+)\/dataset\.json$/;
/** A data set, or one that is being built; a build that was killed leaves its files. */
const FOLDER = /^datasets\/(?:building\/[^/]+|[^/]+)\//;
const USER_COLUMN = 'user_key';

/** Data sets in the object store: Parquet files that name users by their keyed hashes. */
export class ParquetUserDatasets implements UserDatasets {
  constructor(
    private readonly objects: ObjectStore,
    /** Notes that a data set is gone. */
    private readonly onDeleted: (datasetId: string) => Promise<void>,
  ) {}

  async erase({ userKey }: { readonly userKey: string }, options: CallOptions = {}): Promise<readonly string[]> {
    const gone: string[] = [];
    for (const [folder, { files, datasetId }] of await this.#folders()) {
      options.signal?.throwIfAborted();
      if (!(await this.#isAnyIn(files, [userKey]))) continue;
      await this.objects.deletePrefix(folder);
      if (datasetId === undefined) continue;
      await this.onDeleted(datasetId);
      gone.push(datasetId);
    }
    return gone;
  }

  async eraseIfHolding(datasetId: string, userKeys: readonly string[]): Promise<boolean> {
    const folder = `datasets/${datasetId}/`;
    const files: string[] = [];
    for await (const { key } of this.objects.list(folder)) if (key.endsWith('.parquet')) files.push(key);
    if (userKeys.length === 0 || !(await this.#isAnyIn(files, userKeys))) return false;
    await this.objects.deletePrefix(folder);
    await this.onDeleted(datasetId);
    return true;
  }

  async #folders(): Promise<ReadonlyMap<string, Folder>> {
    const folders = new Map<string, Folder>();
    for await (const { key } of this.objects.list('datasets/')) {
      const name = FOLDER.exec(key)?.[0];
      if (name === undefined) continue;
      const folder = folders.get(name) ?? { files: [], datasetId: undefined };
      folders.set(name, folder);
      if (key.endsWith('.parquet')) folder.files.push(key);
      folder.datasetId ??= MANIFEST.exec(key)?.[1];
    }
    return folders;
  }

  async #isAnyIn(files: readonly string[], userKeys: readonly string[]): Promise<boolean> {
    for (const key of files) if (await isAnyInFile(await this.objects.get(key), key, new Set(userKeys))) return true;
    return false;
  }
}

interface Folder {
  readonly files: string[];
  /** Undefined for what is being built, or never was finished. */
  datasetId: string | undefined;
}

/** Whether a Parquet file has a row of some users. */
async function isAnyInFile(bytes: Uint8Array, name: string, userKeys: ReadonlySet<unknown>): Promise<boolean> {
  const buffer = Uint8Array.from(bytes).buffer;
  const file = { byteLength: buffer.byteLength, slice: (start: number, end?: number) => buffer.slice(start, end) };
  let isIn = false;
  try {
    const columns = parquetSchema(parquetMetadata(buffer)).children.map(({ element }) => element.name);
    if (!columns.includes(USER_COLUMN)) return false;
    await parquetRead({
      file,
      columns: [USER_COLUMN],
      onChunk: ({ columnData }) => {
        isIn ||= Array.prototype.some.call(columnData, (cell) => userKeys.has(cell));
      },
    });
  } catch (cause) {
    const message = `the file "${name}" cannot be read as Parquet: delete its data set, or nobody in it can be erased`;
    throw new AppError('data_loss.dataset', message, { cause });
  }
  return isIn;
}
