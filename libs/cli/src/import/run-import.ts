import { basename, join } from 'node:path';
import { interactionType } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { CliContext } from '../context';
import { Checkpoint, NO_PROGRESS, type Progress } from './checkpoint';
import { type Column, type FileKind, INTERACTIONS, ITEMS, parseColumns } from './columns';
import { detectLayout } from './detect-format';
import { type FileImport, importFile } from './import-file';
import type { Format } from './read-rows';
import { RejectsFile } from './rejects-file';
import { sendInteractions, sendItems } from './senders';
import { toInteraction } from './to-interaction';
import { toItem } from './to-item';
import { waitUntilApplied } from './wait-until-applied';

/** What `attune import` can be told. */
export interface ImportOptions {
  readonly columns?: string;
  readonly type?: string;
  readonly items?: string;
  readonly itemColumns?: string;
  readonly format?: Format;
  readonly delimiter?: string;
  readonly header?: boolean;
  readonly time?: Date;
  readonly producer?: string;
  readonly restart?: boolean;
  readonly wait: boolean;
  readonly batch: number;
}

/** The sums of one imported file. */
export interface FileReport extends Progress {
  readonly file: string;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  /** Rows that an earlier, interrupted import had brought. */
  readonly resumedAt: number;
  readonly rejectsFile?: string;
}

const ITEM_BATCH = 500;

/** Imports a file of interactions, a file of items, or both; tells speed and sums. */
export async function runImport(context: CliContext, file: string | undefined, options: ImportOptions): Promise<void> {
  if (options.type !== undefined && interactionType(options.type) === undefined) {
    const message = `"${options.type}" is not a type of interaction; scripts/attune import --help lists them`;
    throw new AppError('invalid.type', message, { violations: [{ field: '--type', description: message }] });
  }
  const interrupted = new AbortController();
  const onSignal = () => interrupted.abort(new AppError('cancelled.import', 'the import was interrupted'));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const job = new ImportJob(context, options, interrupted.signal);
  try {
    const items = options.items === undefined ? undefined : await job.items(options.items);
    const interactions = file === undefined ? undefined : await job.interactions(file);
    const appliedSeconds = options.wait ? await waitUntilApplied(context, interrupted.signal) : undefined;
    const report = { interactions, items, appliedSeconds };
    context.output.result(report, () => [
      ...(items === undefined ? [] : summary('items', items)),
      ...(interactions === undefined ? [] : summary('interactions', interactions)),
      ...(appliedSeconds === undefined
        ? []
        : [`Everything is applied, ${appliedSeconds.toFixed(1)} s after the last answer.`]),
    ]);
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    const message = 'interrupted; give the same command again and it goes on where it stopped';
    throw new AppError('cancelled.import', message, { cause: error });
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

class ImportJob {
  readonly #context: CliContext;
  readonly #options: ImportOptions;
  readonly #signal: AbortSignal;

  constructor(context: CliContext, options: ImportOptions, signal: AbortSignal) {
    this.#context = context;
    this.#options = options;
    this.#signal = signal;
  }

  interactions(path: string): Promise<FileReport> {
    const { columns, type, time = new Date(), producer = `import:${basename(path)}`, batch } = this.#options;
    const client = this.#context.client('feature-store');
    return this.#run(path, INTERACTIONS, columns, {
      batchSize: Math.min(Math.max(1, Math.floor(batch)), 5000),
      convert: (cells) =>
        toInteraction(cells, { type: type ?? (cells.fields.rating === undefined ? 'view' : 'rating'), time }),
      send: (values, attempt) => sendInteractions(client, producer, values, attempt),
    });
  }

  items(path: string): Promise<FileReport> {
    const client = this.#context.client('feature-store');
    return this.#run(path, ITEMS, this.#options.itemColumns, {
      batchSize: ITEM_BATCH,
      convert: toItem,
      send: (values) => sendItems(client, values),
    });
  }

  async #run<T>(
    path: string,
    kind: FileKind,
    spec: string | undefined,
    how: Pick<FileImport<T>, 'batchSize' | 'convert' | 'send'>,
  ): Promise<FileReport> {
    const { output, root } = this.#context;
    const { format, delimiter, header, restart, type } = this.#options;
    const isMain = kind === INTERACTIONS;
    const layout = await detectLayout(path, isMain ? { format, delimiter } : {});
    const columns: readonly Column[] | undefined = spec === undefined ? undefined : parseColumns(spec, kind);
    const folder = join(root, '.attune', 'imports');
    const checkpoint = new Checkpoint(folder, {
      path,
      reading: JSON.stringify([kind.name, layout, spec, header, type]),
    });
    const from = (restart ? undefined : checkpoint.read()) ?? NO_PROGRESS;
    if (from.rows > 0) output.note(`${basename(path)}: going on after row ${from.rows}`);
    await using rejects = new RejectsFile(join(folder, `${basename(path)}.rejects.tsv`), { append: from.rows > 0 });
    const startedAt = performance.now();
    const speed = (rows: number) => Math.round((rows - from.rows) / ((performance.now() - startedAt) / 1000));
    const progress = await importFile<T>({
      ...how,
      path,
      kind,
      layout,
      columns,
      hasHeader: isMain ? header : undefined,
      checkpoint,
      rejects,
      from,
      signal: this.#signal,
      onProgress: ({ rows, rejected }) =>
        output.progress(
          `${basename(path)}: ${rows} rows, ${speed(rows)} rows/s${rejected > 0 ? `, ${rejected} rejected` : ''}`,
        ),
      onRetry: (error) => output.progress(`${basename(path)}: the fleet is away (${error.message}), trying again`),
    });
    output.progressEnd();
    return {
      file: path,
      ...progress,
      seconds: (performance.now() - startedAt) / 1000,
      rowsPerSecond: speed(progress.rows),
      resumedAt: from.rows,
      ...(progress.rejected > 0 ? { rejectsFile: rejects.path } : {}),
    };
  }
}

function summary(what: string, report: FileReport): string[] {
  const { rows, accepted, duplicates, rejected, seconds, rowsPerSecond, rejectsFile, resumedAt } = report;
  return [
    `${basename(report.file)}: ${rows} rows of ${what} in ${seconds.toFixed(1)} s (${rowsPerSecond} rows/s)` +
      `${resumedAt > 0 ? `, of which ${resumedAt} were imported before` : ''}`,
    `  ${accepted} accepted, ${duplicates} known before, ${rejected} rejected`,
    ...(rejectsFile === undefined ? [] : [`  rejected lines and reasons: ${rejectsFile}`]),
  ];
}
