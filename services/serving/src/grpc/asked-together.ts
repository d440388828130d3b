import type { Waiting } from '../ports';

interface Asked<T> {
  readonly userIds: Set<string>;
  readonly answer: Promise<ReadonlyMap<string, T>>;
}

/**
 * Puts one question about many users: questions of one turn travel in one call. A call goes on when the slate that caused it does not
 * wait any more, so that the next one finds the answer.
 */
export class AskedTogether<T> {
  #next: Asked<T> | undefined;

  /** `ask` answers about those whom it knows. */
  constructor(
    private readonly maxUsers: number,
    private readonly ask: (userIds: string[]) => Promise<ReadonlyMap<string, T>>,
  ) {}

  /** Undefined for a user whom nobody knows. */
  async about(userId: string, { signal }: Waiting): Promise<T | undefined> {
    signal.throwIfAborted();
    const asked = this.#next ?? this.#open();
    asked.userIds.add(userId);
    if (asked.userIds.size === this.maxUsers) this.#next = undefined;
    return (await asked.answer).get(userId);
  }

  #open(): Asked<T> {
    const userIds = new Set<string>();
    const asked = { userIds, answer: this.#askSoon(userIds) };
    this.#next = asked;
    return asked;
  }

  async #askSoon(userIds: ReadonlySet<string>): Promise<ReadonlyMap<string, T>> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#next?.userIds === userIds) this.#next = undefined;
    return this.ask([...userIds]);
  }
}
