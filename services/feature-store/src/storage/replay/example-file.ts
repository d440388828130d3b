import { ACT_COLUMNS } from '../../domain/training-set/acts';
import type { ColumnPlan } from '../../domain/training-set/column-plan';
import { SOURCES } from '../../domain/training-set/example-block';
import { SPLITS } from '../../domain/training-set/split';
import { type PlainColumn, PlainParquet, type PlainValues } from './plain-parquet';

/** Rows of examples in columns; what is missing is NaN among numbers and null among texts. */
export interface ExampleGroup {
  readonly rowCount: number;
  readonly numbers: readonly Float64Array[];
  readonly texts: readonly (readonly (Uint8Array | null)[])[];
  /** Places in SOURCES and in SPLITS. */
  readonly sources: Uint8Array;
  readonly splits: Uint8Array;
}

const bytesOf = (words: readonly string[]) => words.map((word) => Buffer.from(word));
const SOURCE_WORDS = bytesOf(SOURCES);
const SPLIT_WORDS = bytesOf(SPLITS);

/** One Parquet file of labelled examples. Numbers are doubles, missing ones NaN: readers take them as they lie in the file. */
export class ExampleFile {
  readonly #order: readonly string[];
  readonly #file: PlainParquet;

  constructor(
    private readonly plan: ColumnPlan,
    about: object,
  ) {
    const [userKey, itemId] = plan.texts;
    const [occurredAt, label, strength, served] = plan.numbers;
    const fixed = [userKey, itemId, occurredAt, label, strength, ...ACT_COLUMNS, 'source', served, 'split'] as string[];
    this.#order = [...fixed, ...plan.featureColumns];
    const numbers = new Set(plan.numbers);
    const columns = this.#order.map((name): PlainColumn => ({ name, type: numbers.has(name) ? 'double' : 'text' }));
    this.#file = new PlainParquet(columns, { attune: JSON.stringify(about) });
  }

  get rowCount(): number {
    return this.#file.rowCount;
  }

  /** Adds rows. */
  add({ rowCount, numbers, texts, sources, splits }: ExampleGroup): void {
    const values = new Map<string, PlainValues>([
      ...this.plan.numbers.map((name, index) => [name, numbers[index]!] as const),
      ...this.plan.texts.map((name, index) => [name, texts[index]!] as const),
      ['source', wordsOf(sources, rowCount, SOURCE_WORDS)],
      ['split', wordsOf(splits, rowCount, SPLIT_WORDS)],
    ]);
    this.#file.add(
      rowCount,
      this.#order.map((name) => values.get(name)!),
    );
  }

  /** The whole file, in pieces. */
  finish(): readonly Uint8Array[] {
    return this.#file.finish();
  }
}

function wordsOf(places: Uint8Array, rowCount: number, words: readonly Uint8Array[]): readonly Uint8Array[] {
  return Array.from({ length: rowCount }, (_, row) => words[places[row]!]!);
}
