/** Names by small numbers, with how often each is used. A name that nothing uses any more is dropped; its number is not given again. */
export class InternedNames {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #uses: number[] = [];

  /** The number of a name, or -1. */
  find(name: string): number {
    return this.#numbers.get(name) ?? -1;
  }

  /** The name of a number; empty where nothing has that name any more. */
  nameOf(number: number): string {
    return this.#names[number] ?? '';
  }

  /** How many use the name. */
  usesOf(number: number): number {
    return this.#uses[number] ?? 0;
  }

  /** One more uses the name. */
  use(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      const own = ownCopyOf(name);
      number = this.#names.push(own) - 1;
      this.#uses.push(0);
      this.#numbers.set(own, number);
    }
    this.#uses[number]! += 1;
    return number;
  }

  /** One fewer uses it. */
  release(number: number): void {
    this.#uses[number]! -= 1;
    if (this.#uses[number]! > 0) return;
    this.#numbers.delete(this.#names[number]!);
    this.#names[number] = '';
  }
}

/** The same text in memory of its own: a piece of a longer text would keep all of that in memory. */
export function ownCopyOf(text: string): string {
  return text.length < 13 ? text : Buffer.from(text, 'utf16le').toString('utf16le');
}
