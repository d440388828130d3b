import { NoValue } from '../feature-reading';
import type { FeatureValue } from '../features/feature';
import { ACTS, hasAct } from './acts';
import type { ColumnPlan, FeatureColumns } from './column-plan';
import { type PackedTexts, TextColumn } from './text-column';

/** Where an example comes from, by its place: states in a block are numbers. */
export const SOURCES = ['impression', 'engagement', 'sampled'] as const;

/** One of the places that examples come from. */
export type Source = (typeof SOURCES)[number];

/** What an example is besides its features. */
export interface ExampleFacts {
  /** The number of its row in the batch that was replayed: blocks of several threads are merged by it. */
  readonly entry: number;
  readonly source: 0 | 1 | 2;
  readonly userKey: string;
  readonly itemId: string;
  /** The hashes of both ids, for counting them. */
  readonly userHash: number;
  readonly itemHash: number;
  readonly occurredAtMs: number;
  readonly label: 0 | 1;
  readonly strength: number;
  /** What was done within the window: one bit for each place in ACTS. */
  readonly acts: number;
  readonly isServed: boolean;
}

/** A block as it goes from thread to thread: columns of `capacity` rows, `rowCount` of which are used. */
export interface PackedBlock {
  /** How many rows of the timeline it was made from. */
  readonly entryCount: number;
  readonly rowCount: number;
  readonly capacity: number;
  /** The columns of numbers one after the other; NaN for a value that there is not. */
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly texts: readonly PackedTexts[];
  readonly entries: Uint32Array<ArrayBuffer>;
  readonly sources: Uint8Array<ArrayBuffer>;
  readonly userHashes: Float64Array<ArrayBuffer>;
  readonly itemHashes: Float64Array<ArrayBuffer>;
}

/** Examples in columns, written row by row into memory that is there from the start. */
export class ExampleBlock {
  rowCount = 0;
  readonly #capacity: number;
  readonly #numbers: Float64Array<ArrayBuffer>;
  readonly #texts: readonly TextColumn[];
  readonly #entries: Uint32Array<ArrayBuffer>;
  readonly #sources: Uint8Array<ArrayBuffer>;
  readonly #userHashes: Float64Array<ArrayBuffer>;
  readonly #itemHashes: Float64Array<ArrayBuffer>;

  constructor(plan: ColumnPlan, capacity: number) {
    this.#capacity = capacity;
    this.#numbers = new Float64Array(plan.numbers.length * capacity);
    this.#texts = plan.texts.map(() => new TextColumn(capacity));
    this.#entries = new Uint32Array(capacity);
    this.#sources = new Uint8Array(capacity);
    this.#userHashes = new Float64Array(capacity);
    this.#itemHashes = new Float64Array(capacity);
  }

  /** Begins the next row. Every feature column is then written once, in the order of the plan. */
  begin(facts: ExampleFacts): number {
    const row = this.rowCount++;
    this.#entries[row] = facts.entry;
    this.#sources[row] = facts.source;
    this.#userHashes[row] = facts.userHash;
    this.#itemHashes[row] = facts.itemHash;
    this.#numbers[row] = facts.occurredAtMs;
    this.#numbers[this.#capacity + row] = facts.label;
    this.#numbers[2 * this.#capacity + row] = facts.strength;
    this.#numbers[3 * this.#capacity + row] = Number(facts.isServed);
    for (let act = 0; act < ACTS.length; act++) {
      this.#numbers[(4 + act) * this.#capacity + row] = Number(hasAct(facts.acts, act));
    }
    this.#texts[0]!.add(facts.userKey);
    this.#texts[1]!.add(facts.itemId);
    return row;
  }

  /** Writes the value of a feature, or that there is none. */
  write(row: number, { type, column, width, placed }: FeatureColumns, value: FeatureValue | NoValue): void {
    const isMissing = value instanceof NoValue;
    if (type === 'number') this.#numbers[column * this.#capacity + row] = isMissing ? Number.NaN : (value as number);
    else if (type === 'text') this.#texts[column]!.add(isMissing ? undefined : (value as string));
    else if (type === 'json') this.#texts[column]!.add(isMissing ? undefined : jsonOf(value, placed));
    else this.#writeList(row, column, width, isMissing ? [] : (value as readonly number[]), placed.feature.name);
  }

  /** Writes the value of an earlier row once more. */
  repeat(row: number, from: number, { type, column, width }: FeatureColumns): void {
    if (type === 'text' || type === 'json') {
      this.#texts[column]!.repeat(from);
      return;
    }
    for (let at = column * this.#capacity, end = at + width * this.#capacity; at < end; at += this.#capacity) {
      this.#numbers[at + row] = this.#numbers[at + from]!;
    }
  }

  /** Everything that was written; the block must not be used any more. */
  packed(entryCount: number): PackedBlock {
    return {
      entryCount,
      rowCount: this.rowCount,
      capacity: this.#capacity,
      numbers: this.#numbers,
      texts: this.#texts.map((column) => column.packed()),
      entries: this.#entries,
      sources: this.#sources,
      userHashes: this.#userHashes,
      itemHashes: this.#itemHashes,
    };
  }

  #writeList(row: number, column: number, width: number, values: readonly number[], name: string): void {
    if (values.length > width) throw new Error(`${name} has ${values.length} numbers, and room for ${width}`);
    for (let index = 0; index < width; index++) {
      this.#numbers[(column + index) * this.#capacity + row] = values[index] ?? Number.NaN;
    }
  }
}

/** What is told of an item is the same for everybody who meets it, so its text is made once. */
const KNOWN_TEXTS = new WeakMap<object, string>();

function jsonOf(value: FeatureValue, { feature }: FeatureColumns['placed']): string {
  if (feature.entity !== 'item' || typeof value !== 'object') return JSON.stringify(value);
  let text = KNOWN_TEXTS.get(value);
  if (text === undefined) KNOWN_TEXTS.set(value, (text = JSON.stringify(value)));
  return text;
}

/** The memory of a block that moves to another thread with it. */
export function buffersOf(block: PackedBlock): ArrayBuffer[] {
  const { numbers, texts, entries, sources, userHashes, itemHashes } = block;
  const columns = [numbers, entries, sources, userHashes, itemHashes];
  return [
    ...columns.map(({ buffer }) => buffer),
    ...texts.flatMap(({ bytes, ends, present }) => [bytes.buffer, ends.buffer, present.buffer]),
  ];
}
