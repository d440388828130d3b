import { AppError } from '@attune/errors';
import { CellCutter, separatorOf } from './cells';
import type { IdSpace } from './id-space';
import { readLines, textOf } from './read-lines';

/** Labels of users by what they tell apart: `labels.country[user]`, '' where unknown. */
export interface ReadSegments {
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** Users of the interactions of whom the file knows something. */
  readonly knownCount: number;
}

/** Reads a file whose header names a column of users, the first one, and columns of labels. Users without interactions are left out. */
export async function readSegmentsFile(path: string, ids: IdSpace, signal?: AbortSignal): Promise<ReadSegments> {
  const table: { cutter?: CellCutter; names: readonly string[] } = { names: [] };
  const columns: string[][] = [];
  const known = new Set<number>();
  const onLine = (bytes: Buffer, start: number, end: number) => {
    const isHeader = table.cutter === undefined;
    table.cutter ??= new CellCutter(separatorOf(textOf(bytes, start, end)) ?? '\t');
    table.cutter.cut(bytes, start, end);
    const [first = '', ...cells] = Array.from({ length: Math.min(64, table.cutter.count) }, (_, cell) =>
      table.cutter!.text(cell),
    );
    if (isHeader) {
      table.names = cells;
      for (const _ of cells) columns.push(Array.from({ length: ids.users.length }, () => ''));
      return;
    }
    const user = ids.userIndex.find(first);
    if (user < 0) return;
    known.add(user);
    columns.forEach((column, index) => {
      column[user] = cells[index] ?? '';
    });
  };
  await readLines(path, onLine, signal);
  if (table.names.length === 0) {
    throw new AppError('invalid.file', `"${path}" needs a header with a column of users and columns of labels`);
  }
  return {
    labels: Object.fromEntries(table.names.map((name, index) => [name, columns[index]!])),
    knownCount: known.size,
  };
}
