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

interface Entry<T> {
  readonly line: number;
  readonly text: string;
  readonly converted: Converted<T>;
}

/** Sends a file's rows in order and keeps the checkpoint behind what was answered. Resolves to the sums. */
export async function importFile<T>(options: FileImport<T>): Promise<Progress> {
  let progress = options.from;
  const patience = { patienceMs: PATIENCE_MS, signal: options.signal, onRetry: options.onRetry };
  await inOrder(
    batchesOf(entriesOf(options), options.batchSize),
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
      ].sort((a, b) => a.entry.line - b.entry.line);
      for (const { entry, reason } of rejected) await options.rejects.add(entry.line, reason, entry.text);
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

/** Rows from where the import goes on, sorted into cells and converted. */
async function* entriesOf<T>(options: FileImport<T>): AsyncIterable<Entry<T>> {
  let columns = options.columns;
  let isFirst = true;
  let row = -1;
  for await (const read of readRows({ path: options.path, ...options.layout, signal: options.signal })) {
    if (isFirst && 'cells' in read) {
      isFirst = false;
      const isHeader = options.hasHeader ?? looksLikeHeader(read.cells, columns, options.kind);
      columns ??= columnsOfHeader(read.cells, options.kind);
      if (isHeader) continue;
    }
    row++;
    if (row >= options.from.rows) yield entryOf(read, columns ?? [], options);
  }
}

function entryOf<T>(row: Row, columns: readonly Column[], { convert, kind }: FileImport<T>): Entry<T> {
  if ('problem' in row) return { line: row.line, text: row.text, converted: { problem: row.problem } };
  if ('object' in row) {
    return { line: row.line, text: JSON.stringify(row.object), converted: convert(cellsOfObject(row.object, kind)) };
  }
  const text = row.cells.join('\t');
  const least = columns.findLastIndex((column) => column.kind === 'field' && kind.required.includes(column.field)) + 1;
  if (row.cells.length < least) {
    const problem = `has ${row.cells.length} columns where at least ${least} are needed`;
    return { line: row.line, text, converted: { problem } };
  }
  return { line: row.line, text, converted: convert(cellsOf(row.cells, columns)) };
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

async function* batchesOf<T>(entries: AsyncIterable<T>, size: number): AsyncIterable<T[]> {
  let batch: T[] = [];
  for await (const entry of entries) {
    batch.push(entry);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
