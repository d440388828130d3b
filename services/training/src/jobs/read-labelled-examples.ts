import { AppError } from '@attune/errors';
import type { ObjectStore } from '@attune/object-store';
import { type Column, type LabelledExamples, SPLIT } from '@attune/recommenders';
import { numberColumnsOf, readParquet } from '@attune/training-sets';
import type { Dataset } from '../ports';

/** Columns of numbers that are no features. */
const ABOUT = ['occurred_at', 'label', 'strength', 'served'];
/** The label of a column `did_click` is `click`. */
const LABEL_PREFIX = 'did_';

/** Labelled examples, whose each is (users by number, in the order in which they appear), and when it happened. */
export interface ReadExamples {
  readonly examples: LabelledExamples;
  readonly users: Int32Array;
  readonly timesMs: Float64Array;
}

/** Reads labelled examples: every feature that is a number, and what was done. Features of words are left out. */
export async function readLabelledExamples(
  objectStore: Pick<ObjectStore, 'get'>,
  { objectKeys, rowCount }: Pick<Dataset, 'objectKeys' | 'rowCount'>,
): Promise<ReadExamples> {
  const [first] = objectKeys;
  if (first === undefined || rowCount === 0) {
    throw new AppError('failed_precondition.dataset_empty', 'the data set has no examples; show something first');
  }
  const numbers = await numberColumnsOf(objectStore, first);
  const labels = numbers.filter((name) => name.startsWith(LABEL_PREFIX));
  const features = numbers.filter((name) => !ABOUT.includes(name) && !labels.includes(name));
  const columnsOf = (names: readonly string[]): Column[] =>
    names.map((name) => ({ name, values: new Float32Array(rowCount).fill(Number.NaN) }));
  const columns = new Map(columnsOf([...features, ...labels]).map((column) => [column.name, column.values]));
  const [split, users, timesMs] = [new Uint8Array(rowCount), new Int32Array(rowCount), new Float64Array(rowCount)];
  const numberOf = new Map<string, number>();
  let offset = 0;
  for (const key of objectKeys) {
    const wanted = [...columns.keys(), 'split', 'user_key', 'occurred_at'];
    offset += await readParquet(objectStore, key, wanted, ({ columnName, columnData, rowStart }, rows) => {
      if (offset + rows > rowCount) throw tooMany(rowCount);
      const at = offset + rowStart;
      if (columnName === 'split') each(columnData, (word, row) => (split[at + row] = splitOf(String(word))));
      else if (columnName === 'occurred_at') each(columnData, (time, row) => (timesMs[at + row] = Number(time)));
      else if (columnName === 'user_key') {
        each(columnData, (word, row) => (users[at + row] = numbered(numberOf, String(word))));
      } else {
        const values = columns.get(columnName)!;
        each(columnData, (value, row) => (values[at + row] = Number(value)));
      }
    });
  }
  if (offset !== rowCount) throw tooMany(rowCount);
  const named = (names: readonly string[]) => names.map((name) => ({ name, values: columns.get(name)! }));
  const withoutPrefix = named(labels).map(({ name, values }) => ({ name: name.slice(LABEL_PREFIX.length), values }));
  return { examples: { rowCount, features: named(features), labels: withoutPrefix, split }, users, timesMs };
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
