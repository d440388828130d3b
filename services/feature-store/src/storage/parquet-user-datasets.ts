import { AppError } from '@attune/errors';
import type { ObjectStore } from '@attune/object-store';
import { parquetMetadata, parquetRead, parquetSchema } from 'hyparquet';
import type { UserDatasets } from '../erasure-ports';
import type { CallOptions } from '../ports';

const DATASETS = 'datasets/';
const MANIFEST = /^datasets\/([^/]+)\/dataset\.json$/;
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
    for (const [datasetId, keys] of await this.#datasets()) {
      options.signal?.throwIfAborted();
      if (!(await this.#isIn(keys, userKey))) continue;
      await this.objects.deletePrefix(`${DATASETS}${datasetId}/`);
      await this.onDeleted(datasetId);
      gone.push(datasetId);
    }
    return gone;
  }

  /** The files of every data set that is finished, by its id. */
  async #datasets(): Promise<ReadonlyMap<string, readonly string[]>> {
    const files = new Map<string, string[]>();
    const finished = new Set<string>();
    for await (const { key } of this.objects.list(DATASETS)) {
      const datasetId = MANIFEST.exec(key)?.[1];
      if (datasetId !== undefined) finished.add(datasetId);
      if (!key.endsWith('.parquet')) continue;
      const folder = key.split('/')[1]!;
      files.set(folder, [...(files.get(folder) ?? []), key]);
    }
    return new Map([...files].filter(([datasetId]) => finished.has(datasetId)));
  }

  async #isIn(keys: readonly string[], userKey: string): Promise<boolean> {
    for (const key of keys) if (await isInFile(await this.objects.get(key), key, userKey)) return true;
    return false;
  }
}

/** Whether a Parquet file has a row of a user. */
export async function isInFile(bytes: Uint8Array, name: string, userKey: string): Promise<boolean> {
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
        isIn ||= Array.prototype.includes.call(columnData, userKey);
      },
    });
  } catch (cause) {
    const message = `the file "${name}" cannot be read as Parquet: delete its data set, or nobody in it can be erased`;
    throw new AppError('data_loss.dataset', message, { cause });
  }
  return isIn;
}
