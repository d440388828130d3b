import type { Ids, Interactions } from './interactions';

/** Numbers below this are looked up in an array instead of a map, which is several times as fast. */
const ARRAY_LIMIT = 1 << 24;

/** Texts in the order of their first appearance, by position; texts that are whole numbers are found without a string. */
export class IdIndex {
  readonly values: string[] = [];
  readonly #byText = new Map<string, number>();
  /** position + 1 of a whole number; 0 where it was not seen. */
  #byNumber = new Int32Array(1 << 10);

  /** The position of a text, which is new where it was not seen. */
  of(text: string): number {
    const number = canonicalNumber(text);
    if (number >= 0) return this.ofNumber(number);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    this.#byText.set(text, this.values.length);
    return this.values.push(text) - 1;
  }

  /** The same as `of(String(number))` for a whole number below 2^24. */
  ofNumber(number: number): number {
    if (number >= this.#byNumber.length) this.#grow(number);
    const known = this.#byNumber[number]!;
    if (known > 0) return known - 1;
    const position = this.values.push(String(number)) - 1;
    this.#byNumber[number] = position + 1;
    return position;
  }

  /** The position of a text, or -1 where it was never seen. */
  find(text: string): number {
    const number = canonicalNumber(text);
    if (number >= 0) return (this.#byNumber[number] ?? 0) - 1;
    return this.#byText.get(text) ?? -1;
  }

  #grow(number: number): void {
    const grown = new Int32Array(Math.min(ARRAY_LIMIT, Math.max(number + 1, this.#byNumber.length * 2)));
    grown.set(this.#byNumber);
    this.#byNumber = grown;
  }
}

/** Whether a whole number has its own place in an index. */
export function isSmallNumber(number: number): boolean {
  return number < ARRAY_LIMIT;
}

// "07" and "7" are different ids
function canonicalNumber(text: string): number {
  if (text.length > 8 || !/^(0|[1-9]\d*)$/.test(text)) return -1;
  const number = Number(text);
  return isSmallNumber(number) ? number : -1;
}

/** The users and items of several files that belong together; grows while they are read. */
export class IdSpace implements Ids {
  readonly userIndex = new IdIndex();
  readonly itemIndex = new IdIndex();

  get users(): readonly string[] {
    return this.userIndex.values;
  }

  get items(): readonly string[] {
    return this.itemIndex.values;
  }

  /** The same entries among all users and items that are known by now. */
  widen(interactions: Interactions): Interactions {
    return { ...interactions, userCount: this.users.length, itemCount: this.items.length };
  }
}
