import { sortByCount } from './counting-sort';
import { type InteractionTable, rowsByTime } from './interaction-table';
import type { Interactions } from './interactions';

/** Entries in the order in which they come: at most one per row of the table. */
export class KeptPairs {
  #count = 0;
  readonly #userIndex: Int32Array<ArrayBuffer>;
  readonly #itemIndex: Int32Array<ArrayBuffer>;
  readonly #value: Float32Array<ArrayBuffer>;
  readonly #timeMs: Float64Array<ArrayBuffer>;

  constructor(private readonly table: InteractionTable) {
    const { length } = table.userIndex;
    this.#userIndex = new Int32Array(length);
    this.#itemIndex = new Int32Array(length);
    this.#value = new Float32Array(length);
    this.#timeMs = new Float64Array(length);
  }

  /** Adds the next pair. */
  add(user: number, item: number, value: number, timeMs: number): void {
    const at = this.#count++;
    this.#userIndex[at] = user;
    this.#itemIndex[at] = item;
    this.#value[at] = value;
    this.#timeMs[at] = timeMs;
  }

  /** What was added. */
  interactions(): Interactions {
    return {
      userCount: this.table.users.length,
      itemCount: this.table.items.length,
      userIndex: this.#userIndex.slice(0, this.#count),
      itemIndex: this.#itemIndex.slice(0, this.#count),
      value: this.#value.slice(0, this.#count),
      timeMs: this.#timeMs.slice(0, this.#count),
    };
  }
}

/** Row numbers by user, then item, then time: three stable sorts, of which the last two only count. */
export function rowsByPair(table: InteractionTable): Uint32Array {
  const byItem = sortByCount(rowsByTime(table), table.itemIndex, table.items.length);
  return sortByCount(byItem, table.userIndex, table.users.length);
}
