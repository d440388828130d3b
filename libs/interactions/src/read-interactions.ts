import { buildInteractions } from './build-interactions';
import { IdSpace } from './id-space';
import type { Interactions } from './interactions';
import { readLines } from './read-lines';
import { type FileReport, type ReadInteractionsOptions, RowsOfFile } from './rows-of-file';

/** Several files in one space of ids. */
export interface ReadInteractions {
  readonly ids: IdSpace;
  /** By file. */
  readonly parts: readonly Interactions[];
  /** By file. */
  readonly reports: readonly FileReport[];
}

/**
 * Reads files of `user<TAB>item[<TAB>rating[<TAB>time]]`: separated by tabs, commas, `::`, `;`, `|` or blanks, gzip or not, with or
 * without a header. Throws `invalid.file` that lists the lines that cannot be used, `failed_precondition.dataset_empty` where a
 * file has none.
 */
export async function readInteractionFiles(
  paths: readonly string[],
  options: ReadInteractionsOptions = {},
): Promise<ReadInteractions> {
  const ids = options.ids ?? new IdSpace();
  const files: RowsOfFile[] = [];
  for (const path of paths) {
    const file = new RowsOfFile(path, ids, options);
    await readLines(path, (bytes, start, end, line) => file.onLine(bytes, start, end, line), options.signal);
    file.check();
    files.push(file);
  }
  const built = files.map((file) => buildInteractions(file.rows.take(ids.users.length, ids.items.length)));
  return {
    ids,
    parts: built.map(({ interactions }) => interactions),
    reports: files.map((file, index) => file.report(built[index]!.duplicateCount)),
  };
}
