import { NumberPile } from './number-pile';

/** Texts that stand for a missing value, in any case of their letters. */
const MISSING = new Set(['', 'null', 'none', 'na', 'n/a', 'nan', 'nil', '\\n', '<na>', '#n/a']);
const INFINITE = /^[+-]?inf(inity)?$/i;
/** A column with more different texts than these is not held by its texts any more. */
const MOST_CATEGORIES = 10_000;
/** Longer texts are counted by their beginning. */
const LONGEST_CATEGORY = 200;

/** What a column of one file holds, gathered cell by cell. */
export class ColumnValues implements Disposable {
  readonly numbers: NumberPile;
  /** Rows, whatever their cell is. */
  rowCount = 0;
  nullCount = 0;
  /** Infinite numbers. */
  infiniteCount = 0;
  /** Cells that are no numbers. */
  textCount = 0;
  mean = 0;
  /** The sum of squared deviations from the mean. */
  squares = 0;
  /** Whether the numbers are whole ones, each above the one before: a row number, an id or a time. */
  isRising = true;
  #last = Number.NEGATIVE_INFINITY;
  #categories: Map<string, number> | undefined = new Map();

  constructor(folder: string, name: string) {
    this.numbers = new NumberPile(folder, name);
  }

  /** Cells that are not missing: numbers, infinite ones and texts. */
  get valueCount(): number {
    return this.numbers.count + this.infiniteCount + this.textCount;
  }

  /** How often each text occurs, numbers as they are written; undefined where there are too many different ones. */
  get categories(): ReadonlyMap<string, number> | undefined {
    return this.#categories;
  }

  add(cell: string): void {
    const text = cell.trim();
    this.rowCount++;
    const number = text === '' ? Number.NaN : Number(text);
    if (Number.isFinite(number)) this.#addNumber(number);
    else if (MISSING.has(text.toLowerCase())) {
      this.nullCount++;
      return;
    } else if (INFINITE.test(text) || Math.abs(number) === Number.POSITIVE_INFINITY) this.infiniteCount++;
    else this.textCount++;
    this.#count(text);
  }

  [Symbol.dispose](): void {
    this.numbers[Symbol.dispose]();
    this.#categories = undefined;
  }

  #addNumber(value: number): void {
    this.numbers.push(value);
    const off = value - this.mean;
    this.mean += off / this.numbers.count;
    this.squares += off * (value - this.mean);
    if (!(Number.isInteger(value) && value > this.#last)) this.isRising = false;
    this.#last = value;
  }

  #count(text: string): void {
    const counts = this.#categories;
    if (counts === undefined) return;
    const name = text.length > LONGEST_CATEGORY ? text.slice(0, LONGEST_CATEGORY) : text;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (counts.size > MOST_CATEGORIES) this.#categories = undefined;
  }
}
