import { AppError } from '@attune/errors';
import { FileProblems } from './file-problems';
import type { IdSpace } from './id-space';
import { readLines, textOf } from './read-lines';

/** For pair p, the listed items are `items[offsets[p] .. offsets[p + 1]]`. */
export interface Negatives {
  /** [pairs]: whom the question is about. */
  readonly userIndex: Int32Array;
  /** [pairs]: the item that is to be found among the listed ones. */
  readonly itemIndex: Int32Array;
  /** [pairs + 1] */
  readonly offsets: Int32Array;
  readonly items: Int32Array;
  /** Listed items that were dropped because they are the very item to be found. */
  readonly droppedCount: number;
  /** Listed items that were dropped because the same line has them twice. */
  readonly repeatedCount: number;
}

const LINE = /^\(([^,]+),([^)]+)\)\s+(.+)$/;

/**
 * Reads the lists of negatives of He et al. (Neural Collaborative Filtering, WWW 2017): `(user,item)<TAB>negative<TAB>negative...`.
 * Items that only appear here become known to `ids`.
 */
export async function readNegativesFile(path: string, ids: IdSpace, signal?: AbortSignal): Promise<Negatives> {
  const problems = new FileProblems(path);
  const users: number[] = [];
  const items: number[] = [];
  const offsets: number[] = [0];
  const listed: number[] = [];
  const counts = { dropped: 0, repeated: 0 };
  const onLine = (bytes: Buffer, start: number, end: number, line: number) => {
    const [, userText, itemText, rest] = LINE.exec(textOf(bytes, start, end)) ?? [];
    if (userText === undefined || itemText === undefined || rest === undefined) {
      problems.add(line, 'is not (user,item) and a list of items with tabs between them');
      return;
    }
    const item = ids.itemIndex.of(itemText.trim());
    users.push(ids.userIndex.of(userText.trim()));
    items.push(item);
    const distinct = new Set<number>();
    for (const word of rest.split(/\s+/)) {
      if (word === '') continue;
      const negative = ids.itemIndex.of(word);
      if (negative === item) counts.dropped++;
      else if (distinct.has(negative)) counts.repeated++;
      else listed.push(negative);
      distinct.add(negative);
    }
    offsets.push(listed.length);
  };
  await readLines(path, onLine, signal);
  problems.throwIfAny();
  if (users.length === 0)
    throw new AppError('failed_precondition.dataset_empty', `"${path}" has no lists of negatives`);
  return {
    userIndex: Int32Array.from(users),
    itemIndex: Int32Array.from(items),
    offsets: Int32Array.from(offsets),
    items: Int32Array.from(listed),
    droppedCount: counts.dropped,
    repeatedCount: counts.repeated,
  };
}
