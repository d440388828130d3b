import { AppError } from '@attune/errors';
import { idOfCell, numberOfCell, timeOfCell } from './cell-values';
import { CellCutter, type Separator, separatorOf } from './cells';
import { type Column, columnsOfHeader, PLAIN_COLUMNS } from './columns';
import { FileProblems } from './file-problems';
import { GrowingRows } from './growing-rows';
import type { IdSpace } from './id-space';
import { textOf } from './read-lines';
import { shown } from './shown';

/** How files are read. */
export interface ReadInteractionsOptions {
  /** Ids go on from here; a new space where absent. */
  readonly ids?: IdSpace;
  /** What the columns are; by default what a header says, else user, item, rating, time. */
  readonly columns?: readonly Column[];
  /** The least and the greatest value that a row may have. */
  readonly valueRange?: readonly [low: number, high: number];
  readonly signal?: AbortSignal;
}

/** What was found in one file. */
export interface FileReport {
  readonly path: string;
  /** Lines with an interaction. */
  readonly rowCount: number;
  readonly commentCount: number;
  /** Rows that a later row of the same user and item replaced. */
  readonly duplicateCount: number;
  /** The first line where it was taken for a header; '' where there is none. */
  readonly header: string;
  readonly hasValues: boolean;
  readonly hasTimes: boolean;
}

/** The rows of one file while it is read. */
export class RowsOfFile {
  readonly rows = new GrowingRows();
  readonly #path: string;
  readonly #ids: IdSpace;
  readonly #options: ReadInteractionsOptions;
  readonly #problems: FileProblems;
  #cutter: CellCutter | undefined;
  #separator: Separator = '\t';
  #place: Readonly<Record<Column, number>> = placesOf(PLAIN_COLUMNS);
  #fieldLimit = PLAIN_COLUMNS.length;
  #comments = 0;
  #header = '';
  #rowCount = 0;
  #hasValues = false;
  #hasTimes = false;

  constructor(path: string, ids: IdSpace, options: ReadInteractionsOptions) {
    this.#path = path;
    this.#ids = ids;
    this.#options = options;
    this.#problems = new FileProblems(path);
  }

  onLine(bytes: Buffer, start: number, end: number, line: number): void {
    if (bytes[start] === 35) {
      this.#comments++;
      return;
    }
    if (this.#cutter === undefined && this.#begin(textOf(bytes, start, end))) return;
    this.#cutter!.cut(bytes, start, end);
    this.#addRow(this.#cutter!, line);
  }

  /** Throws what is wrong with the file as a whole. */
  check(): void {
    this.#problems.throwIfAny();
    if (this.#rowCount > 0) return;
    throw new AppError('failed_precondition.dataset_empty', `"${this.#path}" has no interactions`);
  }

  report(duplicateCount: number): FileReport {
    return {
      path: this.#path,
      rowCount: this.#rowCount,
      commentCount: this.#comments,
      duplicateCount,
      header: this.#header,
      hasValues: this.#hasValues,
      hasTimes: this.#hasTimes,
    };
  }

  /** Sees from the first line how the file is written; true where that line is a header. */
  #begin(first: string): boolean {
    this.#separator = separatorOf(first) ?? '\t';
    this.#cutter = new CellCutter(this.#separator);
    const line = Buffer.from(first);
    this.#cutter.cut(line, 0, line.length);
    const cells = Array.from({ length: Math.min(64, this.#cutter.count) }, (_, cell) => this.#cutter!.text(cell));
    const named = columnsOfHeader(cells);
    const columns = this.#options.columns ?? named ?? PLAIN_COLUMNS;
    this.#place = placesOf(columns);
    const isNamed = this.#options.columns !== undefined || named !== undefined;
    this.#fieldLimit = isNamed ? Number.POSITIVE_INFINITY : PLAIN_COLUMNS.length;
    if (named !== undefined) this.#header = first;
    return named !== undefined;
  }

  #addRow(cutter: CellCutter, line: number): void {
    const { user, item, value, time } = this.#place;
    const { start, end, count } = cutter;
    const problem = this.#problemOf(cutter);
    if (problem !== undefined) {
      this.#problems.add(line, problem);
      return;
    }
    const hasValue = value < count && end[value]! > start[value]!;
    const hasTime = time < count && end[time]! > start[time]!;
    const strength = hasValue ? numberOfCell(cutter, value) : 1;
    const timeMs = hasTime ? timeOfCell(cutter, time) : Number.NaN;
    if (hasValue && !this.#isAllowed(strength)) {
      this.#problems.add(line, this.#valueProblem(cutter.text(value)));
    } else if (hasTime && Number.isNaN(timeMs)) {
      this.#problems.add(line, `"${shown(cutter.text(time))}" is not a time: use seconds since 1970 or ISO 8601`);
    } else {
      this.rows.add(
        idOfCell(cutter, user, this.#ids.userIndex),
        idOfCell(cutter, item, this.#ids.itemIndex),
        strength,
        timeMs,
      );
      this.#rowCount++;
      this.#hasValues ||= hasValue;
      this.#hasTimes ||= hasTime;
    }
  }

  #problemOf({ count, start, end }: CellCutter): string | undefined {
    const { user, item } = this.#place;
    if (count <= Math.max(user, item)) {
      return `has ${count === 1 ? '1 field' : `${count} fields`}; a user and an item are needed (separator ${JSON.stringify(this.#separator)})`;
    }
    if (count > this.#fieldLimit) {
      return `has ${count} fields; user, item, rating and time are expected: say what the columns are`;
    }
    if (start[user] === end[user]) return 'has no user';
    if (start[item] === end[item]) return 'has no item';
    return undefined;
  }

  #isAllowed(value: number): boolean {
    const [low, high] = this.#options.valueRange ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    // what overflows a 32-bit float is infinite to every model
    return Number.isFinite(Math.fround(value)) && value >= low && value <= high;
  }

  #valueProblem(text: string): string {
    const range = this.#options.valueRange;
    if (!Number.isFinite(Math.fround(Number(text)))) return `"${shown(text)}" is not a finite rating`;
    return `the rating ${text} is not between ${range![0]} and ${range![1]}`;
  }
}

function placesOf(columns: readonly Column[]): Readonly<Record<Column, number>> {
  const place = (column: Column) => {
    const index = columns.indexOf(column);
    return index < 0 ? Number.POSITIVE_INFINITY : index;
  };
  return { user: place('user'), item: place('item'), value: place('value'), time: place('time'), '-': place('-') };
}
