import type { InteractionRows } from './build-interactions';

const PART_ROWS = 1 << 18;

interface Part {
  readonly userIndex: Int32Array;
  readonly itemIndex: Int32Array;
  readonly value: Float32Array;
  readonly timeMs: Float64Array;
}

/** Rows as they come, in parts, so that growing copies nothing: 20 bytes a row. */
export class GrowingRows {
  readonly #parts: Part[] = [];
  #used = PART_ROWS;

  get count(): number {
    return this.#parts.length === 0 ? 0 : (this.#parts.length - 1) * PART_ROWS + this.#used;
  }

  add(user: number, item: number, value: number, timeMs: number): void {
    if (this.#used === PART_ROWS) this.#open();
    const part = this.#parts[this.#parts.length - 1]!;
    const at = this.#used++;
    part.userIndex[at] = user;
    part.itemIndex[at] = item;
    part.value[at] = value;
    part.timeMs[at] = timeMs;
  }

  /** All rows by column; there are none left afterwards. */
  take(userCount: number, itemCount: number): InteractionRows {
    const count = this.count;
    const rows = {
      userCount,
      itemCount,
      userIndex: new Int32Array(count),
      itemIndex: new Int32Array(count),
      value: new Float32Array(count),
      timeMs: new Float64Array(count),
    };
    this.#parts.forEach((part, index) => {
      const from = index * PART_ROWS;
      const length = Math.min(PART_ROWS, count - from);
      rows.userIndex.set(part.userIndex.subarray(0, length), from);
      rows.itemIndex.set(part.itemIndex.subarray(0, length), from);
      rows.value.set(part.value.subarray(0, length), from);
      rows.timeMs.set(part.timeMs.subarray(0, length), from);
    });
    this.#parts.length = 0;
    this.#used = PART_ROWS;
    return rows;
  }

  #open(): void {
    this.#parts.push({
      userIndex: new Int32Array(PART_ROWS),
      itemIndex: new Int32Array(PART_ROWS),
      value: new Float32Array(PART_ROWS),
      timeMs: new Float64Array(PART_ROWS),
    });
    this.#used = 0;
  }
}
