/** Tells when items were published, in milliseconds since 1970. */
export type PublishedAt = (item: number) => number;

/**
 * The items that were published last, up to a bound, in the order of their publication. What is older than all of them is not kept:
 * when so many leave that older ones would be needed, `isShort` says so, and whoever has all items fills it again.
 */
export class NewestItems {
  /** Ascending by (publication, number), from `#from` to `#to`; room at the end, because most newcomers are the newest. */
  readonly #items: Int32Array;
  readonly #times: Float64Array;
  #from = 0;
  #to = 0;
  /** Older items were turned away. */
  #hasOlder = false;

  constructor(private readonly capacity: number) {
    this.#items = new Int32Array(2 * capacity);
    this.#times = new Float64Array(2 * capacity);
  }

  get size(): number {
    return this.#to - this.#from;
  }

  /** There are older items, and less than half of what could be kept is. */
  get isShort(): boolean {
    return this.#hasOlder && this.size < this.capacity / 2;
  }

  clear(): void {
    this.#from = 0;
    this.#to = 0;
    this.#hasOlder = false;
  }

  add(item: number, atMs: number): void {
    const at = this.#placeOf(item, atMs);
    if (at < this.#to && this.#items[at] === item && this.#times[at] === atMs) return;
    const isFull = this.size >= this.capacity;
    if (at === this.#from && (isFull || this.#hasOlder)) {
      this.#hasOlder = true;
      return;
    }
    if (isFull) {
      this.#from++;
      this.#hasOlder = true;
    }
    this.#insert(at, item, atMs);
  }

  remove(item: number, atMs: number): void {
    const at = this.#placeOf(item, atMs);
    if (at >= this.#to || this.#items[at] !== item || this.#times[at] !== atMs) return;
    this.#items.copyWithin(at, at + 1, this.#to);
    this.#times.copyWithin(at, at + 1, this.#to);
    this.#to--;
  }

  /** Those published after `sinceMs`, newest first, at most `count`. */
  newest(count: number, sinceMs: number): number[] {
    const found: number[] = [];
    for (let at = this.#to - 1; at >= this.#from && found.length < count && this.#times[at]! > sinceMs; at--) {
      found.push(this.#items[at]!);
    }
    return found;
  }

  /** The first place whose entry is not before (atMs, item). */
  #placeOf(item: number, atMs: number): number {
    let [low, high] = [this.#from, this.#to];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const time = this.#times[middle]!;
      if (time < atMs || (time === atMs && this.#items[middle]! < item)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #insert(place: number, item: number, atMs: number): void {
    let at = place;
    if (this.#to === this.#items.length) {
      this.#items.copyWithin(0, this.#from, this.#to);
      this.#times.copyWithin(0, this.#from, this.#to);
      at -= this.#from;
      this.#to -= this.#from;
      this.#from = 0;
    }
    this.#items.copyWithin(at + 1, at, this.#to);
    this.#times.copyWithin(at + 1, at, this.#to);
    this.#items[at] = item;
    this.#times[at] = atMs;
    this.#to++;
  }
}
