import { grown } from './growing-columns';

const FIRST_CAPACITY = 4_096;

/** A short list of numbers per item, all in one array. A list that grows moves to the end; gaps are closed when they are a half. */
export class TopicLists {
  #start: Int32Array = new Int32Array(FIRST_CAPACITY);
  #length: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  #data: Int32Array = new Int32Array(FIRST_CAPACITY);
  #end = 0;
  #used = 0;

  /** The list of an item: a view that is good until the next change. */
  listOf(item: number): Int32Array {
    const start = this.#start[item]!;
    return this.#data.subarray(start, start + this.#length[item]!);
  }

  /** The first of the list, -1 where it is empty. */
  firstOf(item: number): number {
    return this.#length[item] === 0 ? -1 : this.#data[this.#start[item]!]!;
  }

  /** Makes room for so many items. */
  reserve(itemCount: number): void {
    this.#start = grown(this.#start, itemCount);
    this.#length = grown(this.#length, itemCount);
  }

  /** At most 255 numbers. */
  set(item: number, list: readonly number[]): void {
    const before = this.#length[item]!;
    this.#used += list.length - before;
    if (list.length > before) {
      this.#data = grown(this.#data, this.#end + list.length);
      this.#start[item] = this.#end;
      this.#end += list.length;
    }
    this.#data.set(list, this.#start[item]!);
    this.#length[item] = list.length;
    if (this.#end > FIRST_CAPACITY && this.#end > 2 * this.#used) this.#closeGaps();
  }

  #closeGaps(): void {
    const closed = new Int32Array(Math.max(FIRST_CAPACITY, Math.ceil(this.#used * 1.5)));
    let end = 0;
    for (let item = 0; item < this.#start.length; item++) {
      const list = this.listOf(item);
      closed.set(list, end);
      this.#start[item] = end;
      end += list.length;
    }
    this.#data = closed;
    this.#end = end;
  }
}
