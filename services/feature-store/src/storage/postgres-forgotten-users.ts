import type { Database } from '@attune/postgres';
import { ForgottenUsers } from '../domain/forgotten-users';
import type { ForgottenWatch } from '../erasure-ports';

interface ForgottenRow {
  readonly user_key: string;
  readonly forgotten_until: Date;
  readonly seq: string;
}

const NEWER = 'SELECT user_key, forgotten_until, seq FROM forgotten_users WHERE seq > $1 ORDER BY seq LIMIT 10000';
const PAGE = 10_000;

/** Everybody who was forgotten, kept in memory and brought up to date by asking for what is newer. */
export class PostgresForgottenUsers implements ForgottenWatch {
  readonly #users: ForgottenUsers;
  #seq = 0n;

  constructor(
    private readonly database: Database,
    userKeyOf: (userId: string) => string,
  ) {
    this.#users = new ForgottenUsers(userKeyOf);
  }

  async refresh(): Promise<void> {
    for (;;) {
      const { rows } = await this.database.query<ForgottenRow>(NEWER, [this.#seq]);
      for (const row of rows) this.#add(row);
      if (rows.length < PAGE) return;
    }
  }

  get count(): number {
    return this.#users.count;
  }

  since(count: number): readonly string[] {
    return this.#users.since(count);
  }

  covers(userId: string, atMs: number): boolean {
    return this.#users.covers(userId, atMs);
  }

  /** Two refreshes at once may read the same row. */
  #add({ user_key: userKey, forgotten_until: until, seq }: ForgottenRow): void {
    if (BigInt(seq) <= this.#seq) return;
    this.#seq = BigInt(seq);
    this.#users.add({ userKey, untilMs: until.getTime() });
  }
}
