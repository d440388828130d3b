import type { ItemCatalog } from '../item-ports';

/** Rows of a model's item tables as numbers of the catalog, and back. The ids themselves stay in the catalog alone. */
export class ItemRows {
  #numbers: Int32Array;
  #count = 0;
  /** By number: row + 1, or 0. Items that got their number later have no row. */
  #places = new Int32Array(0);

  constructor(
    private readonly catalog: Pick<ItemCatalog, 'numberOf'>,
    /** How many rows are expected; more are taken. */
    expected = 1_024,
  ) {
    this.#numbers = new Int32Array(expected);
  }

  /** Adds the next rows: while a model loads, in pieces. */
  add(itemIds: readonly string[]): void {
    const needed = this.#count + itemIds.length;
    if (needed > this.#numbers.length)
      this.#numbers = resized(this.#numbers, Math.max(needed, this.#numbers.length * 2));
    for (const itemId of itemIds) this.#numbers[this.#count++] = this.catalog.numberOf(itemId);
  }

  /** Ends the loading. */
  finish(): this {
    this.#numbers = resized(this.#numbers, this.#count);
    let largest = -1;
    for (const item of this.#numbers) if (item > largest) largest = item;
    this.#places = new Int32Array(largest + 1);
    for (let row = 0; row < this.#count; row++) this.#places[this.#numbers[row]!] = row + 1;
    return this;
  }

  get count(): number {
    return this.#count;
  }

  /** The row of an item, or -1. */
  rowOf(item: number): number {
    return (this.#places[item] ?? 0) - 1;
  }

  numberOf(row: number): number {
    return this.#numbers[row]!;
  }

  /** Numbers in place of rows: changes the array that it is given. */
  toNumbers(rows: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
    for (let at = 0; at < rows.length; at++) rows[at] = this.#numbers[rows[at]!]!;
    return rows;
  }
}

function resized(numbers: Int32Array, length: number): Int32Array {
  if (numbers.length === length) return numbers;
  const copy = new Int32Array(length);
  copy.set(numbers.subarray(0, length));
  return copy;
}
