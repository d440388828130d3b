import { AppError } from '@attune/errors';
import { ByteReader } from './byte-reader';
import { ByteWriter } from './byte-writer';

/** Categories that are kept by name; a stream with more keeps the most frequent ones. */
const MOST_CATEGORIES = 512;
/** Categories may grow to this many before the rare ones go, so that most additions need no sorting. */
const CUT_AT = 2 * MOST_CATEGORIES;
const VERSION = 1;

/**
 * How often each category of a stream occurs. Counts are exact up to 1,024 categories; beyond them the rare ones become `otherCount`,
 * and a count may lack as many as that. Merging adds up.
 */
export class CategoryCounts {
  #counts = new Map<string, number>();
  #otherCount = 0;
  #nullCount = 0;

  /** Counts of all values of several streams. */
  static merged(counts: Iterable<CategoryCounts>): CategoryCounts {
    const all = new CategoryCounts();
    for (const one of counts) all.merge(one);
    return all;
  }

  /** Reads what `encode` wrote. Throws `invalid.sketch` for other bytes. */
  static decode(bytes: Uint8Array): CategoryCounts {
    const reader = new ByteReader(bytes);
    const version = reader.byte();
    if (version !== VERSION)
      throw new AppError('invalid.sketch', `category counts of version ${version} cannot be read`);
    const counts = new CategoryCounts();
    counts.#nullCount = reader.whole();
    counts.#otherCount = reader.whole();
    for (let left = reader.whole(); left > 0; left--) counts.#counts.set(reader.text(), reader.whole());
    reader.end();
    return counts;
  }

  /** Values that are not missing. */
  get count(): number {
    let sum = this.#otherCount;
    for (const count of this.#counts.values()) sum += count;
    return sum;
  }

  /** Missing values. */
  get nullCount(): number {
    return this.#nullCount;
  }

  /** Values of categories that are not kept by name. */
  get otherCount(): number {
    return this.#otherCount;
  }

  /** Counts by category. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Adds a value, `times` times. */
  add(category: string | null | undefined, times = 1): void {
    if (category === null || category === undefined) this.#nullCount += times;
    else {
      this.#counts.set(category, (this.#counts.get(category) ?? 0) + times);
      if (this.#counts.size > CUT_AT) this.#cut();
    }
  }

  /** Adds all values of another stream, which stays as it is. */
  merge(other: CategoryCounts): this {
    this.#nullCount += other.#nullCount;
    this.#otherCount += other.#otherCount;
    for (const [category, count] of [...other.#counts]) this.add(category, count);
    return this;
  }

  /** As bytes, a version first. */
  encode(): Uint8Array {
    const writer = new ByteWriter();
    writer.byte(VERSION);
    for (const value of [this.#nullCount, this.#otherCount, this.#counts.size]) writer.whole(value);
    for (const [category, count] of this.#counts) {
      writer.text(category);
      writer.whole(count);
    }
    return writer.finish();
  }

  /** Keeps the most frequent ones; among equal ones the first by name, so that the order of arrival does not matter. */
  #cut(): void {
    const ranked = [...this.#counts].sort(([a, times], [b, others]) => others - times || (a < b ? -1 : 1));
    this.#counts = new Map(ranked.slice(0, MOST_CATEGORIES));
    for (const [, count] of ranked.slice(MOST_CATEGORIES)) this.#otherCount += count;
  }
}
