import { createHash, randomUUID } from 'node:crypto';
import type { ObjectStore } from '@attune/object-store';
import type { CallOptions, DatasetFiles, DatasetWriter, HistoryRow } from '../ports';
import { InteractionFile } from './interaction-file';

/** The most rows of one file. */
const ROWS_PER_FILE = 500_000;

/**
 * Writes a training set as Parquet files: first under a name of its own, and under its content hash once that is known.
 * `dataset.json` comes last: a folder without it is no data set. Equal rows give equal files, so a set that is there already
 * is left as it is.
 */
export class ParquetDatasetWriter implements DatasetWriter {
  readonly #building = `datasets/building/${randomUUID()}/`;
  readonly #hash = createHash('sha256');
  readonly #names: string[] = [];
  #file: InteractionFile;

  constructor(
    private readonly objects: ObjectStore,
    private readonly userKeyOf: (userId: string) => string,
    private readonly options: CallOptions = {},
    private readonly rowsPerFile: number = ROWS_PER_FILE,
  ) {
    this.#file = new InteractionFile(userKeyOf);
  }

  async add(rows: readonly HistoryRow[]): Promise<void> {
    for (let from = 0; from < rows.length; ) {
      const room = this.rowsPerFile - this.#file.rowCount;
      this.#file.add(from === 0 && rows.length <= room ? rows : rows.slice(from, from + room));
      from += room;
      if (this.#file.rowCount === this.rowsPerFile) await this.#closeFile();
    }
  }

  async finish(describe: (contentHash: string, objectKeys: readonly string[]) => object): Promise<DatasetFiles> {
    // A set without rows still has a file: its readers find the columns.
    if (this.#file.rowCount > 0 || this.#names.length === 0) await this.#closeFile();
    const contentHash = this.#hash.digest('hex');
    const folder = `datasets/${contentHash}/`;
    const objectKeys = this.#names.map((name) => folder + name);
    this.options.signal?.throwIfAborted();
    // From here on nothing is cancelled: another build of the same rows may be writing the same files.
    if ((await this.objects.head(`${folder}dataset.json`)) === undefined) {
      for (const name of this.#names)
        await this.objects.put(folder + name, await this.objects.get(this.#building + name));
      const manifest = JSON.stringify(describe(contentHash, objectKeys), null, 2);
      await this.objects.put(`${folder}dataset.json`, Buffer.from(`${manifest}\n`));
    }
    return { contentHash, objectKeys };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#names.length > 0) await this.objects.deletePrefix(this.#building);
  }

  async #closeFile(): Promise<void> {
    const bytes = this.#file.finish();
    const name = `part-${String(this.#names.length).padStart(5, '0')}.parquet`;
    this.#names.push(name);
    this.#hash.update(bytes);
    this.#file = new InteractionFile(this.userKeyOf);
    await this.objects.put(this.#building + name, bytes, { signal: this.options.signal });
  }
}
