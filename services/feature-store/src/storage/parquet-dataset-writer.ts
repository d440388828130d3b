import { randomUUID } from 'node:crypto';
import type { ObjectStore } from '@attune/object-store';
import type { CallOptions, DatasetFiles, DatasetWriter, HistoryRow } from '../ports';
import { DatasetFolder } from './dataset-folder';
import { InteractionFile } from './interaction-file';

/** The most rows of one file. */
const ROWS_PER_FILE = 500_000;

/** Writes plain interactions as Parquet files. Equal rows give equal files. */
export class ParquetDatasetWriter implements DatasetWriter {
  readonly #folder: DatasetFolder;
  #file: InteractionFile;

  constructor(
    objects: ObjectStore,
    private readonly userKeyOf: (userId: string) => string,
    options: CallOptions = {},
    private readonly rowsPerFile: number = ROWS_PER_FILE,
  ) {
    this.#folder = new DatasetFolder({ objects, buildId: randomUUID(), ...options });
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
    if (this.#file.rowCount > 0 || this.#folder.fileCount === 0) await this.#closeFile();
    return this.#folder.finish(describe);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }

  async #closeFile(): Promise<void> {
    const bytes = this.#file.finish();
    this.#file = new InteractionFile(this.userKeyOf);
    await this.#folder.add([bytes]);
  }
}
