import type { ColumnPlan } from './column-plan';
import { ColumnStatistics, type ColumnSummary } from './column-statistics';
import { HashSet } from './hash-set';
import { SPLITS, type Split } from './split';

/** The part of a group of examples that a summary looks at. */
interface Group {
  readonly rowCount: number;
  readonly numbers: readonly Float64Array[];
  readonly splits: Uint8Array;
  readonly userHashes: Float64Array;
  readonly itemHashes: Float64Array;
}

/** What a set of labelled examples holds. */
export interface ExampleFigures {
  readonly rowCount: number;
  readonly userCount: number;
  readonly itemCount: number;
  readonly positiveCount: number;
  readonly servedRowCount: number;
  readonly rowsPerSplit: Readonly<Record<Split, number>>;
  readonly firstAtMs: number | undefined;
  readonly lastAtMs: number | undefined;
  readonly columns: readonly ColumnSummary[];
}

const [OCCURRED_AT, LABEL, , SERVED] = [0, 1, 2, 3];

/** Counts what a set of examples holds while its rows go by. */
export class ExampleSummary {
  #rowCount = 0;
  readonly #users = new HashSet();
  readonly #items = new HashSet();
  readonly #rowsPerSplit = [0, 0, 0];
  readonly #columns: readonly ColumnStatistics[];

  constructor(private readonly plan: ColumnPlan) {
    this.#columns = plan.numbers.map(() => new ColumnStatistics());
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** Counts the rows of a group. */
  add({ rowCount, numbers, splits, userHashes, itemHashes }: Group): void {
    this.#rowCount += rowCount;
    for (const [index, column] of numbers.entries()) this.#columns[index]!.add(column.subarray(0, rowCount));
    for (let row = 0; row < rowCount; row++) {
      this.#users.add(userHashes[row]!);
      this.#items.add(itemHashes[row]!);
      this.#rowsPerSplit[splits[row]!]!++;
    }
  }

  figures(): ExampleFigures {
    const columns = this.#columns.map((column, index) => column.summary(this.plan.numbers[index]!));
    const onesOf = (place: number) => Math.round(columns[place]!.mean * columns[place]!.count);
    const { count, min, max } = columns[OCCURRED_AT!]!;
    const [train, validation, test] = SPLITS.map((_, place) => this.#rowsPerSplit[place]!);
    return {
      rowCount: this.#rowCount,
      userCount: this.#users.size,
      itemCount: this.#items.size,
      positiveCount: onesOf(LABEL!),
      servedRowCount: onesOf(SERVED!),
      rowsPerSplit: { train: train!, validation: validation!, test: test! },
      firstAtMs: count === 0 ? undefined : min,
      lastAtMs: count === 0 ? undefined : max,
      columns,
    };
  }
}
