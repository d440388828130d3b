/** Somebody who was forgotten: what happened until then must not come back. */
export interface Forgotten {
  /** The keyed hash of the user's id: the id itself is not known any more. */
  readonly userKey: string;
  readonly untilMs: number;
}

/**
 * Everybody who was forgotten, in memory. What happens now is newer than any erasure, so that looking costs a comparison, and only
 * what is older is looked up by its keyed hash.
 */
export class ForgottenUsers {
  readonly #untilOf = new Map<string, number>();
  #latestMs = Number.NEGATIVE_INFINITY;
  readonly #added: string[] = [];

  constructor(private readonly userKeyOf: (userId: string) => string) {}

  add({ userKey, untilMs }: Forgotten): void {
    this.#untilOf.set(userKey, Math.max(untilMs, this.#untilOf.get(userKey) ?? Number.NEGATIVE_INFINITY));
    this.#latestMs = Math.max(this.#latestMs, untilMs);
    this.#added.push(userKey);
  }

  /** How often somebody was forgotten so far. */
  get count(): number {
    return this.#added.length;
  }

  /** The keyed hashes of those who were forgotten since there were so many. */
  since(count: number): readonly string[] {
    return this.#added.slice(count);
  }

  /** Whether something of a user that happened, or was accepted, at a moment belongs to what was forgotten. */
  covers(userId: string, atMs: number): boolean {
    if (atMs > this.#latestMs || userId === '') return false;
    const untilMs = this.#untilOf.get(this.userKeyOf(userId));
    return untilMs !== undefined && atMs <= untilMs;
  }
}
