/** Things that wait for their moment, the earliest first: a binary heap. */
export class ReleaseQueue<T> {
  readonly #moments: number[] = [];
  readonly #things: T[] = [];

  get size(): number {
    return this.#moments.length;
  }

  /** Adds a thing that is due from a moment on. */
  add(moment: number, thing: T): void {
    let at = this.#moments.length;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (this.#moments[parent]! <= moment) break;
      this.#moments[at] = this.#moments[parent]!;
      this.#things[at] = this.#things[parent]!;
      at = parent;
    }
    this.#moments[at] = moment;
    this.#things[at] = thing;
  }

  /** Takes the earliest thing that is due at a moment, or undefined. */
  take(moment: number): T | undefined {
    if (this.#moments.length === 0 || this.#moments[0]! > moment) return undefined;
    const first = this.#things[0];
    const lastMoment = this.#moments.pop()!;
    const lastThing = this.#things.pop()!;
    if (this.#moments.length > 0) this.#sink(lastMoment, lastThing);
    return first;
  }

  #sink(moment: number, thing: T): void {
    const size = this.#moments.length;
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && this.#moments[child + 1]! < this.#moments[child]!) child++;
      if (this.#moments[child]! >= moment) break;
      this.#moments[at] = this.#moments[child]!;
      this.#things[at] = this.#things[child]!;
      at = child;
    }
    this.#moments[at] = moment;
    this.#things[at] = thing;
  }
}
