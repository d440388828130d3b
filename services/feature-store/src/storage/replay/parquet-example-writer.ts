import type { ColumnPlan } from '../../domain/training-set/column-plan';
import type { PackedBlock } from '../../domain/training-set/example-block';
import { type ExampleFigures, ExampleSummary } from '../../domain/training-set/example-summary';
import type { SplitMoments } from '../../domain/training-set/split';
import type { DatasetFiles } from '../../interaction-set-ports';
import type { ExampleWriter } from '../../training-set-ports';
import type { DatasetFolder } from '../dataset-folder';
import { ExampleFile } from './example-file';
import { ExampleRows } from './example-rows';

const ROWS_PER_GROUP = 16_384;
const GROUPS_PER_FILE = 4;

/** What a writer is given. */
interface Options {
  readonly plan: ColumnPlan;
  readonly folder: DatasetFolder;
  readonly splitMoments: SplitMoments;
  /** What every file says of itself: so the content hash covers it too. */
  readonly about: object;
}

/** Writes labelled examples as Parquet files of 65,536 rows; one of them is in memory at a time. */
export class ParquetExampleWriter implements ExampleWriter {
  readonly #options: Options;
  readonly #rows: ExampleRows;
  readonly #summary: ExampleSummary;
  #file: ExampleFile;

  constructor(options: Options) {
    const { plan, splitMoments, about } = options;
    this.#options = options;
    this.#summary = new ExampleSummary(plan);
    this.#file = new ExampleFile(plan, about);
    this.#rows = new ExampleRows(plan, ROWS_PER_GROUP, splitMoments, () => this.#closeGroup());
  }

  get rowCount(): number {
    return this.#summary.rowCount + this.#rows.rowCount;
  }

  async add(blocks: readonly PackedBlock[]): Promise<void> {
    await this.#rows.add(blocks);
  }

  async finish(
    describe: (figures: ExampleFigures, contentHash: string, objectKeys: readonly string[]) => object,
  ): Promise<DatasetFiles & { readonly figures: ExampleFigures }> {
    if (this.#rows.rowCount > 0) await this.#closeGroup();
    const { folder } = this.#options;
    // A set without rows still has a file: its readers find the columns.
    if (this.#file.rowCount > 0 || folder.fileCount === 0) await folder.add(this.#file.finish());
    const figures = this.#summary.figures();
    const files = await folder.finish((contentHash, objectKeys) => describe(figures, contentHash, objectKeys));
    return { ...files, figures };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#options.folder[Symbol.asyncDispose]();
  }

  async #closeGroup(): Promise<void> {
    this.#summary.add(this.#rows);
    this.#file.add(this.#rows);
    if (this.#file.rowCount < GROUPS_PER_FILE * ROWS_PER_GROUP) return;
    const pieces = this.#file.finish();
    this.#file = new ExampleFile(this.#options.plan, this.#options.about);
    await this.#options.folder.add(pieces);
  }
}
