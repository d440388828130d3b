import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AppError } from '@attune/errors';
import { type IdempotencyKey, type IdempotencyStore, requestIdReused } from '@attune/grpc';
import { type Database, migrate } from '@attune/postgres';

/** Times of the store; tests shorten them. */
export interface IdempotencyTimes {
  /** A call that has run for so long counts as died with its process: the next one with its id runs anew. */
  readonly leaseMs: number;
  /** How long a duplicate waits for the first call before it answers that the call is still running. */
  readonly waitMs: number;
  /** How long answers are kept. */
  readonly keepMs: number;
}

const DAY_MS = 86_400_000;
const DEFAULT_TIMES: IdempotencyTimes = { leaseMs: 120_000, waitMs: 10_000, keepMs: DAY_MS };
const FIRST_LOOK_MS = 10;
const LONGEST_LOOK_MS = 250;

// A row that expired or whose owner died is taken over in the same statement that would insert it.
const CLAIM = `
  INSERT INTO idempotent_calls (method, request_id, request_hash, state, owner) VALUES ($1, $2, $3, 'running', $4)
  ON CONFLICT (method, request_id) DO UPDATE
    SET request_hash = $3, state = 'running', owner = $4, response = NULL, created_at = now()
    WHERE idempotent_calls.created_at < now() - $5 * interval '1 ms'
       OR (idempotent_calls.state = 'running' AND idempotent_calls.created_at < now() - $6 * interval '1 ms'
           AND idempotent_calls.request_hash = $3)
  RETURNING 1`;
const LOOK = 'SELECT request_hash, state, response FROM idempotent_calls WHERE method = $1 AND request_id = $2';
const STORE = `UPDATE idempotent_calls SET state = 'done', response = $4 WHERE method = $1 AND request_id = $2 AND owner = $3`;
const FORGET = 'DELETE FROM idempotent_calls WHERE method = $1 AND request_id = $2 AND owner = $3';
const SWEEP = "DELETE FROM idempotent_calls WHERE created_at < now() - $1 * interval '1 ms'";

/** Creates the table of the store in a service's schema. */
export function migrateIdempotencyStore(url: string, schema: string): Promise<void> {
  return migrate({ url, schema, directory: join(__dirname, '..', 'migrations'), table: 'schema_migrations_kit' });
}

/** Remembers answers in the service's own schema, so that a duplicate is known to every process of the service. */
export class PostgresIdempotencyStore implements IdempotencyStore {
  readonly #database: Database;
  readonly #times: IdempotencyTimes;

  constructor(database: Database, times: Partial<IdempotencyTimes> = {}) {
    this.#database = database;
    this.#times = { ...DEFAULT_TIMES, ...times };
  }

  async run(key: IdempotencyKey, execute: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const owner = randomUUID();
    const giveUpAt = performance.now() + this.#times.waitMs;
    for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(lookMs * 2, LONGEST_LOOK_MS)) {
      if (await this.#claim(key, owner)) return this.#execute(key, owner, execute);
      const answer = await this.#answerOf(key);
      if (answer !== undefined) return answer;
      if (performance.now() >= giveUpAt) throw stillRunning(key);
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  }

  /** Deletes the answers that are kept no longer, and says how many there were. */
  async sweep(): Promise<number> {
    return (await this.#database.query(SWEEP, [this.#times.keepMs])).rowCount;
  }

  async #claim({ method, requestId, requestHash }: IdempotencyKey, owner: string): Promise<boolean> {
    const values = [method, requestId, requestHash, owner, this.#times.keepMs, this.#times.leaseMs];
    return (await this.#database.query(CLAIM, values)).rowCount === 1;
  }

  async #answerOf({ method, requestId, requestHash }: IdempotencyKey): Promise<Uint8Array | undefined> {
    type Row = { request_hash: string; state: string; response: Buffer | null };
    const { rows } = await this.#database.query<Row>(LOOK, [method, requestId]);
    // No row: the first call failed meanwhile and left nothing, so this one can be claimed.
    const row = rows[0];
    if (row !== undefined && row.request_hash !== requestHash) throw requestIdReused(requestId);
    return row?.state === 'done' ? (row.response ?? undefined) : undefined;
  }

  async #execute(key: IdempotencyKey, owner: string, execute: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const who = [key.method, key.requestId, owner];
    let answer: Uint8Array;
    try {
      answer = await execute();
    } catch (error) {
      // When the row cannot be deleted either, its lease ends by itself.
      await this.#database.query(FORGET, who).catch(() => undefined);
      throw error;
    }
    await this.#database.query(STORE, [...who, Buffer.from(answer)]);
    return answer;
  }
}

function stillRunning({ requestId }: IdempotencyKey): AppError {
  return new AppError('conflict.request_in_progress', 'a call with this request id is still running; ask again later', {
    metadata: { requestId },
    retryAfterMs: 1_000,
  });
}
