import { AppError } from '@attune/errors';
import type { ObjectStore } from '@attune/object-store';
import { type Column, type LabelledExamples, SPLIT } from '@attune/recommenders';
import { columnsOf, readParquet } from '@attune/training-sets';
import type { WordColumn } from '../domain/profile-features';
import type { Dataset } from '../ports';

/** Columns of numbers, and of texts, that are no features. */
const ABOUT = ['occurred_at', 'label', 'strength', 'served', 'user_key', 'item_id', 'source', 'split'];
/** The label of a column `did_click` is `click`. */
const LABEL_PREFIX = 'did_';

/** Labelled examples, whose each is (users by number, in the order in which they appear), and when it happened. */
export interface ReadExamples {
  readonly examples: LabelledExamples;
  readonly users: Int32Array;
  readonly timesMs: Float64Array;
  /** [rowCount]: 1 where somebody engaged with the item. */
  readonly engaged: Uint8Array;
  /** Features that are words: no model learns from them, and the profile of a version has them. */
  readonly words: readonly WordColumn[];
}

/** Reads labelled examples: every feature, and what was done. */
export async function readLabelledExamples(
  objectStore: Pick<ObjectStore, 'get'>,
  { objectKeys, rowCount }: Pick<Dataset, 'objectKeys' | 'rowCount'>,
): Promise<ReadExamples> {
  const [first] = objectKeys;
  if (first === undefined || rowCount === 0) {
    throw new AppError('failed_precondition.dataset_empty', 'the data set has no examples; show something first');
  }
  const { numbers, words } = await columnsOf(objectStore, first);
  const labels = numbers.filter((name) => name.startsWith(LABEL_PREFIX));
  const features = numbers.filter((name) => !ABOUT.includes(name) && !labels.includes(name));
  const empty = (names: readonly string[]): Column[] =>
    names.map((name) => ({ name, values: new Float32Array(rowCount).fill(Number.NaN) }));
  const columns = new Map(empty([...features, ...labels]).map((column) => [column.name, column.values]));
  const [split, users, timesMs] = [new Uint8Array(rowCount), new Int32Array(rowCount), new Float64Array(rowCount)];
  const engaged = new Uint8Array(rowCount);
  const wordColumns = words.filter((name) => !ABOUT.includes(name)).map((name) => aWordColumn(name, rowCount));
  const numberOf = new Map<string, number>();
  let offset = 0;
  for (const key of objectKeys) {
    const about = ['split', 'user_key', 'occurred_at', 'label'];
    const wanted = [...columns.keys(), ...wordColumns.map(({ name }) => name), ...about];
    offset += await readParquet(objectStore, key, wanted, ({ columnName, columnData, rowStart }, rows) => {
      if (offset + rows > rowCount) throw tooMany(rowCount);
      const at = offset + rowStart;
      if (columnName === 'split') each(columnData, (word, row) => (split[at + row] = splitOf(String(word))));
      else if (columnName === 'occurred_at') each(columnData, (time, row) => (timesMs[at + row] = Number(time)));
      else if (columnName === 'label') each(columnData, (label, row) => (engaged[at + row] = Number(label)));
      else if (columnName === 'user_key') {
        each(columnData, (word, row) => (users[at + row] = numbered(numberOf, String(word))));
      } else if (columns.has(columnName)) {
        const values = columns.get(columnName)!;
        each(columnData, (value, row) => (values[at + row] = Number(value)));
      } else {
        const { places, placeOf } = wordColumns.find(({ name }) => name === columnName)!;
        each(columnData, (word, row) => (places[at + row] = word == null ? -1 : numbered(placeOf, String(word))));
      }
    });
  }
  if (offset !== rowCount) throw tooMany(rowCount);
  const named = (names: readonly string[]) => names.map((name) => ({ name, values: columns.get(name)! }));
  const withoutPrefix = named(labels).map(({ name, values }) => ({ name: name.slice(LABEL_PREFIX.length), values }));
  return {
    ...{ examples: { rowCount, features: named(features), labels: withoutPrefix, split }, users, timesMs, engaged },
    words: wordColumns.map(({ name, places, placeOf }) => ({ name, places, words: [...placeOf.keys()] })),
  };
}

function aWordColumn(name: string, rowCount: number) {
  return { name, places: new Int32Array(rowCount).fill(-1), placeOf: new Map<string, number>() };
}

function each(cells: ArrayLike<unknown>, take: (cell: unknown, row: number) => unknown): void {
  for (let row = 0; row < cells.length; row++) take(cells[row], row);
}

function numbered(numbers: Map<string, number>, word: string): number {
  let number = numbers.get(word);
  if (number === undefined) numbers.set(word, (number = numbers.size));
  return number;
}

function splitOf(word: string): number {
  const part = SPLIT[word as keyof typeof SPLIT];
  if (part !== undefined) return part;
  throw new AppError('data_loss.dataset', `an example is for "${word}", which is no part of a data set`);
}

function tooMany(rowCount: number): AppError {
  return new AppError('data_loss.dataset', `the files of the training set do not have its ${rowCount} rows`);
}
