import { randomUUID } from 'node:crypto';
import type { ObjectStore } from '@attune/object-store';
import type { DatasetWriter, FollowRow, HistoryRow, InteractionSetFiles, ItemRow } from '../interaction-set-ports';
import type { CallOptions } from '../ports';
import { DatasetFile, type FileKind, followFiles, interactionFiles, itemFiles } from './dataset-file';
import { DatasetFolder } from './dataset-folder';

/** The most rows of one file. */
const ROWS_PER_FILE = 500_000;

/** Writes plain interactions, and what belongs beside them, as Parquet files. Equal rows give equal files. */
export class ParquetDatasetWriter implements DatasetWriter {
  readonly #folder: DatasetFolder;
  readonly #interactions: FileSeries<HistoryRow>;
  readonly #items: FileSeries<ItemRow>;
  readonly #follows: FileSeries<FollowRow>;

  constructor(
    objects: ObjectStore,
    userKeyOf: (userId: string) => string,
    options: CallOptions = {},
    rowsPerFile: number = ROWS_PER_FILE,
  ) {
    const folder = new DatasetFolder({ objects, buildId: randomUUID(), ...options });
    this.#folder = folder;
    this.#interactions = new FileSeries({ folder, name: 'part', kind: interactionFiles(userKeyOf), rowsPerFile });
    this.#items = new FileSeries({ folder, name: 'items', kind: itemFiles, rowsPerFile });
    this.#follows = new FileSeries({ folder, name: 'follows', kind: followFiles(userKeyOf), rowsPerFile });
  }

  add(rows: readonly HistoryRow[]): Promise<void> {
    return this.#interactions.add(rows);
  }

  addItems(items: readonly ItemRow[]): Promise<void> {
    return this.#items.add(items);
  }

  addFollows(follows: readonly FollowRow[]): Promise<void> {
    return this.#follows.add(follows);
  }

  async finish(describe: (files: InteractionSetFiles) => object): Promise<InteractionSetFiles> {
    // A set without rows still has a file: its readers find the columns.
    await this.#interactions.finish({ evenIfEmpty: true });
    await this.#items.finish();
    await this.#follows.finish();
    const { contentHash, objectKeys } = await this.#folder.finish((hash, keys) => describe(byKind(hash, keys)));
    return byKind(contentHash, objectKeys);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}

function byKind(contentHash: string, keys: readonly string[]): InteractionSetFiles {
  const named = (name: string) => keys.filter((key) => key.slice(key.lastIndexOf('/') + 1).startsWith(`${name}-`));
  return {
    contentHash,
    objectKeys: named('part'),
    itemObjectKeys: named('items'),
    followObjectKeys: named('follows'),
  };
}

interface SeriesOptions<Row> {
  readonly folder: DatasetFolder;
  readonly name: string;
  readonly kind: FileKind<Row>;
  readonly rowsPerFile: number;
}

/** Files of one kind that follow each other. */
class FileSeries<Row> {
  #file: DatasetFile<Row>;
  #isEmpty = true;

  constructor(private readonly options: SeriesOptions<Row>) {
    this.#file = new DatasetFile(options.kind);
  }

  async add(rows: readonly Row[]): Promise<void> {
    const { rowsPerFile } = this.options;
    for (let from = 0; from < rows.length; ) {
      const room = rowsPerFile - this.#file.rowCount;
      this.#file.add(from === 0 && rows.length <= room ? rows : rows.slice(from, from + room));
      from += room;
      if (this.#file.rowCount === rowsPerFile) await this.#closeFile();
    }
  }

  async finish({ evenIfEmpty = false } = {}): Promise<void> {
    if (this.#file.rowCount > 0 || (evenIfEmpty && this.#isEmpty)) await this.#closeFile();
  }

  async #closeFile(): Promise<void> {
    const { folder, name, kind } = this.options;
    const bytes = this.#file.finish();
    this.#file = new DatasetFile(kind);
    this.#isEmpty = false;
    await folder.add([bytes], name);
  }
}
