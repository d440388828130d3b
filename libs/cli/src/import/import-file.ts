import type { AppError } from '@attune/errors';
import { type Cells, cellsOf } from './cells';
import type { Checkpoint, Progress } from './checkpoint';
import { type Column, columnsOfHeader, type FileKind, looksLikeHeader } from './columns';
import type { Layout } from './detect-format';
import { type Row, readRows } from './read-rows';
import type { RejectsFile } from './rejects-file';
import { inOrder, sendPatiently } from './send-in-order';
import type { Converted } from './to-interaction';

const CONCURRENCY = 4;
const PATIENCE_MS = 5 * 60_000;

/** What the fleet said about one batch. */
export interface BatchAnswer {
  readonly accepted: number;
  readonly duplicates: number;
  /** Places in the batch that were refused, with the reason. */
  readonly refused: readonly { readonly index: number; readonly reason: string }[];
}

/** How to import one file of one kind. */
export interface FileImport<T> {
  readonly path: string;
  readonly kind: FileKind;
  readonly layout: Layout;
  /** Absent: the file's header row says it. */
  readonly columns: readonly Column[] | undefined;
  /** Whether the first row is a header; absent: look. */
  readonly hasHeader: boolean | undefined;
  readonly batchSize: number;
  readonly checkpoint: Checkpoint;
  readonly rejects: RejectsFile;
  /** Where to go on. */
  readonly from: Progress;
  readonly signal: AbortSignal;
  convert(cells: Cells): Converted<T>;
  send(batch: readonly T[], attempt: number): Promise<BatchAnswer>;
  onProgress(progress: Progress): void;
  onRetry(error: AppError): void;
}

/** A character takes up to three bytes, and a message at most 4 MB. */
const LONGEST_BATCH = 1_000_000;

interface Entry<T> {
  readonly row: Row;
  readonly converted: Converted<T>;
}

/** Sends a file's rows in order and keeps the checkpoint behind what was answered. Resolves to the sums. */
export async function importFile<T>(options: FileImport<T>): Promise<Progress> {
  let progress = options.from;
  const patience = { patienceMs: PATIENCE_MS, signal: options.signal, onRetry: options.onRetry };
  await inOrder(
    batchesOf(options),
    CONCURRENCY,
    async (entries) => {
      const good = entries.filter((entry) => 'value' in entry.converted);
      const values = good.map((entry) => (entry.converted as { value: T }).value);
      const answer =
        values.length === 0
          ? { accepted: 0, duplicates: 0, refused: [] }
          : await sendPatiently((attempt) => options.send(values, attempt), patience);
      return { entries, good, answer };
    },
    async ({ entries, good, answer }) => {
      const rejected = [
        ...entries.flatMap((entry) =>
          'problem' in entry.converted ? [{ entry, reason: entry.converted.problem }] : [],
        ),
        ...answer.refused.map(({ index, reason }) => ({ entry: good[index]!, reason })),
      ].sort((a, b) => a.entry.row.line - b.entry.row.line);
      for (const { entry, reason } of rejected) await options.rejects.add(entry.row.line, reason, textOf(entry.row));
      progress = {
        rows: progress.rows + entries.length,
        accepted: progress.accepted + answer.accepted,
        duplicates: progress.duplicates + answer.duplicates,
        rejected: progress.rejected + rejected.length,
      };
      options.checkpoint.write(progress);
      options.onProgress(progress);
    },
  );
  options.checkpoint.remove();
  return progress;
}

/** Rows from where the import goes on, sorted into cells and converted, in batches. */
async function* batchesOf<T>(options: FileImport<T>): AsyncIterable<readonly Entry<T>[]> {
  const { batchSize, from, kind } = options;
  let columns = options.columns;
  let isFirst = true;
  let row = -1;
  let batch: Entry<T>[] = [];
  let batchLength = 0;
  let toEntry = entriesWith(columns ?? [], options);
  for await (const rows of readRows({ path: options.path, ...options.layout, signal: options.signal })) {
    for (const read of rows) {
      if (isFirst && 'cells' in read) {
        isFirst = false;
        const isHeader = options.hasHeader ?? looksLikeHeader(read.cells, columns, kind);
        columns ??= columnsOfHeader(read.cells, kind);
        toEntry = entriesWith(columns, options);
        if (isHeader) continue;
      }
      row++;
      if (row < from.rows) continue;
      const length = lengthOf(read);
      if (batch.length === batchSize || (batch.length > 0 && batchLength + length > LONGEST_BATCH)) {
        yield batch;
        batch = [];
        batchLength = 0;
      }
      batch.push(toEntry(read));
      batchLength += length;
    }
  }
  if (batch.length > 0) yield batch;
}

/** About how many characters of a row travel to the fleet. */
function lengthOf(row: Row): number {
  if ('problem' in row) return 0;
  const values = 'cells' in row ? row.cells : Object.values(row.object).flat();
  return values.reduce((sum: number, value) => sum + (typeof value === 'string' ? value.length : 8), 0);
}

function entriesWith<T>(columns: readonly Column[], { convert, kind }: FileImport<T>): (row: Row) => Entry<T> {
  const least = columns.findLastIndex((column) => column.kind === 'field' && kind.required.includes(column.field)) + 1;
  return (row) => {
    if ('problem' in row) return { row, converted: row };
    if ('object' in row) return { row, converted: convert(cellsOfObject(row.object, kind)) };
    if (row.cells.length >= least) return { row, converted: convert(cellsOf(row.cells, columns)) };
    return { row, converted: { problem: `has ${row.cells.length} columns where at least ${least} are needed` } };
  };
}

/** A row as the rejects file shows it. */
function textOf(row: Row): string {
  if ('problem' in row) return row.text;
  return 'object' in row ? JSON.stringify(row.object) : row.cells.join('\t');
}

/** A JSON object's entries as cells: lists become `a|b`, unknown keys are ignored. */
function cellsOfObject(object: Readonly<Record<string, unknown>>, kind: FileKind): Cells {
  const keys = Object.keys(object);
  const row = keys.map((key) => {
    const value = object[key];
    return Array.isArray(value) ? value.join('|') : value === null || value === undefined ? '' : String(value);
  });
  const columns = keys.map((key): Column => {
    try {
      const found = columnsOfHeader([key], { ...kind, required: [] })[0]!;
      return found;
    } catch {
      return { kind: 'ignored' };
    }
  });
  return cellsOf(row, columns);
}
