import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ColumnPlan } from '../../domain/training-set/column-plan';
import { SOURCES } from '../../domain/training-set/example-block';
import { SPLITS } from '../../domain/training-set/split';

const text = (name: string, repetition_type: 'REQUIRED' | 'OPTIONAL') =>
  ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type }) as const;
const number = (name: string) => ({ name, type: 'DOUBLE', repetition_type: 'REQUIRED' }) as const;

/** Rows of examples in columns; what is missing is NaN among numbers and null among texts. */
export interface ExampleGroup {
  readonly rowCount: number;
  readonly numbers: readonly Float64Array[];
  readonly texts: readonly (readonly (Uint8Array | null)[])[];
  /** Places in SOURCES and in SPLITS. */
  readonly sources: Uint8Array;
  readonly splits: Uint8Array;
}

/**
 * One Parquet file of labelled examples, made in memory group by group. Numbers are doubles, missing ones NaN: readers take them
 * as they lie in the file.
 */
export class ExampleFile {
  rowCount = 0;
  readonly #bytes = new ByteWriter(1 << 20);
  readonly #parquet: ParquetWriter;

  constructor(
    private readonly plan: ColumnPlan,
    about: object,
  ) {
    const [userKey, itemId, ...texts] = plan.texts;
    const [occurredAt, label, strength, served, ...numbers] = plan.numbers;
    const columns = [
      ...[text(userKey!, 'REQUIRED'), text(itemId!, 'REQUIRED')],
      ...[number(occurredAt!), number(label!), number(strength!), text('source', 'REQUIRED'), number(served!)],
      text('split', 'REQUIRED'),
      ...inOrder(plan, [...numbers.map(number), ...texts.map((name) => text(name, 'OPTIONAL'))]),
    ];
    this.#parquet = new ParquetWriter({
      writer: this.#bytes,
      schema: [{ name: 'root', num_children: columns.length }, ...columns],
      statistics: false,
      createdBy: 'attune feature-store',
      kvMetadata: [{ key: 'attune', value: JSON.stringify(about) }],
    });
  }

  /** Adds rows. */
  add(group: ExampleGroup): void {
    const { rowCount } = group;
    this.rowCount += rowCount;
    const numbers = group.numbers.map((column, index) =>
      plain(this.plan.numbers[index]!, column.subarray(0, rowCount)),
    );
    const texts = group.texts.map((column, index) => plain(this.plan.texts[index]!, column.slice(0, rowCount)));
    const words = (name: string, column: Uint8Array, all: readonly string[]) => ({
      name,
      data: Array.from(column.subarray(0, rowCount), (place) => all[place]!),
    });
    const [userKey, itemId, ...otherTexts] = texts;
    const [occurredAt, label, strength, served, ...otherNumbers] = numbers;
    this.#parquet.write({
      rowGroupSize: rowCount,
      columnData: [
        ...[userKey!, itemId!, occurredAt!, label!, strength!, words('source', group.sources, SOURCES), served!],
        words('split', group.splits, SPLITS),
        ...inOrder(this.plan, [...otherNumbers, ...otherTexts]),
      ],
    });
  }

  /** The whole file. */
  finish(): Uint8Array {
    this.#parquet.finish();
    return this.#bytes.getBytes();
  }
}

// A dictionary, or compression, would cost more time than it saves room.
function plain<T>(name: string, data: T) {
  return { name, data, encoding: 'PLAIN', codec: 'UNCOMPRESSED' } as const;
}

/** Columns of features in the order of the features. */
function inOrder<T extends { readonly name: string }>({ featureColumns }: ColumnPlan, columns: readonly T[]): T[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return featureColumns.map((name) => byName.get(name)!);
}
