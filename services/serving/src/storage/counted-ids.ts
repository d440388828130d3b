/** The ids of the events of one partition that were counted last, as Redis has them under a version: two generations. */
export class CountedIds {
  #version: string;
  #current: Set<string>;
  #previous: Set<string>;

  /** `current` and `previous` hold ids with a line break after each: no id has one. */
  constructor(version: string, current: string, previous: string) {
    this.#version = version;
    this.#current = idsOf(current);
    this.#previous = idsOf(previous);
  }

  get version(): string {
    return this.#version;
  }

  has(eventId: string): boolean {
    return this.#current.has(eventId) || this.#previous.has(eventId);
  }

  /** Adds what was counted; a full generation becomes the previous one. */
  add(version: string, eventIds: readonly string[], isFull: boolean): void {
    for (const eventId of eventIds) this.#current.add(eventId);
    this.#version = version;
    if (!isFull) return;
    this.#previous = this.#current;
    this.#current = new Set();
  }
}

function idsOf(text: string): Set<string> {
  return new Set(text === '' ? [] : text.slice(0, -1).split('\n'));
}
