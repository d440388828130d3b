import { randomUUID } from 'node:crypto';
import type { Database, Queryable } from '@attune/postgres';
import type { ErasedCounts, Erasure, ErasureProgress, ErasureReceipt, ErasureState, Erasures } from '../erasure-ports';

// Any number that nothing else uses: erasures begin one after the other, so that tombstones are numbered as they are committed.
const BEGIN_LOCK = 7_020_212;
const RUN_LOCKS = 7_020_213;

interface ErasureRow {
  readonly erasure_id: string;
  readonly user_key: string;
  readonly user_id: string | null;
  readonly state: ErasureState;
  readonly requested_at: Date;
  readonly erased_counts: ErasedCounts;
  readonly dataset_ids: string[];
  readonly erased_seq: string;
}

interface ReceiptRow {
  readonly erasure_id: string;
  readonly service: string;
  readonly erased_counts: ErasedCounts;
  readonly done_at: Date;
  readonly receipt: Buffer;
}

/** Adds counts to those of an erasure; in the transaction that makes them true. */
export async function addErasedCounts(tx: Queryable, erasureId: string, counts: ErasedCounts): Promise<void> {
  await tx.query(
    `UPDATE erasures SET erased_counts = erased_counts || (
       SELECT coalesce(jsonb_object_agg(key, value::int8 + coalesce((erased_counts ->> key)::int8, 0)), '{}')
       FROM jsonb_each_text($2::jsonb))
     WHERE erasure_id = $1`,
    [erasureId, JSON.stringify(counts)],
  );
}

/** Erasures as rows: one that is not done goes on after every restart. */
export class PostgresErasures implements Erasures {
  constructor(
    private readonly database: Database,
    private readonly userKeyOf: (userId: string) => string,
  ) {}

  begin(userId: string, requestedAt: Date): Promise<{ readonly erasureId: string }> {
    const userKey = this.userKeyOf(userId);
    return this.database.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [BEGIN_LOCK]);
      const { rows } = await tx.query<ErasureRow>(
        'SELECT * FROM erasures WHERE user_key = $1 ORDER BY requested_at DESC LIMIT 1',
        [userKey],
      );
      const last = rows[0];
      if (last !== undefined && (last.state !== 'done' || !(await isHeld(tx, userId)))) {
        return { erasureId: last.erasure_id };
      }
      const erasureId = randomUUID();
      await tx.query(
        `INSERT INTO forgotten_users (user_key, forgotten_until) VALUES ($1, $2)
         ON CONFLICT (user_key) DO UPDATE
         SET forgotten_until = greatest(forgotten_users.forgotten_until, excluded.forgotten_until), seq = excluded.seq`,
        [userKey, requestedAt],
      );
      await tx.query(
        `INSERT INTO erasures (erasure_id, user_key, user_id, state, requested_at) VALUES ($1, $2, $3, 'requested', $4)`,
        [erasureId, userKey, userId, requestedAt],
      );
      return { erasureId };
    });
  }

  async open({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<readonly string[]> {
    const sql = "SELECT erasure_id FROM erasures WHERE state <> 'done' ORDER BY requested_at LIMIT 100";
    const { rows } = await this.database.query<{ erasure_id: string }>(sql, [], { signal });
    return rows.map((row) => row.erasure_id);
  }

  async find(erasureId: string, { signal }: { readonly signal?: AbortSignal | undefined } = {}) {
    const sql = 'SELECT * FROM erasures WHERE erasure_id = $1';
    const { rows } = await this.database.query<ErasureRow>(sql, [erasureId], { signal });
    return rows.map(erasureOf)[0];
  }

  async advance(erasureId: string, { state, counts = {}, datasetIds = [] }: ErasureProgress): Promise<void> {
    await this.database.transaction(async (tx) => {
      await addErasedCounts(tx, erasureId, counts);
      await tx.query(
        `UPDATE erasures SET state = coalesce($2, state), dataset_ids =
           (SELECT coalesce(array_agg(DISTINCT id ORDER BY id), '{}') FROM unnest(dataset_ids || $3::text[]) AS id)
         WHERE erasure_id = $1`,
        [erasureId, state ?? null, datasetIds],
      );
    });
  }

  async finish(erasureId: string, doneAt: Date, counts: ErasedCounts): Promise<void> {
    await this.database.transaction(async (tx) => {
      await addErasedCounts(tx, erasureId, counts);
      const sql = `UPDATE erasures SET state = 'done', user_id = NULL, done_at = $2 WHERE erasure_id = $1`;
      await tx.query(sql, [erasureId, doneAt]);
    });
  }

  async addReceipt({ erasureId, service, erasedCounts, doneAt, receipt }: ErasureReceipt): Promise<void> {
    await this.database.query(
      `INSERT INTO erasure_receipts (erasure_id, service, erased_counts, receipt, done_at)
       SELECT erasure_id, $2, $3, $4, $5 FROM erasures WHERE erasure_id = $1 ON CONFLICT DO NOTHING`,
      [erasureId, service, JSON.stringify(erasedCounts), receipt, doneAt],
    );
  }

  async receipts(erasureId: string, { signal }: { readonly signal?: AbortSignal | undefined } = {}) {
    const sql = 'SELECT * FROM erasure_receipts WHERE erasure_id = $1 ORDER BY done_at, service';
    const { rows } = await this.database.query<ReceiptRow>(sql, [erasureId], { signal });
    return rows.map(receiptOf);
  }

  /** The lock belongs to a connection, so it ends with the process that holds it. */
  async exclusively(erasureId: string, run: () => Promise<void>): Promise<boolean> {
    const client = await this.database.pool.connect();
    const lock = [RUN_LOCKS, erasureId];
    // a connection that is lost in between takes the lock with it, and must not take the process
    let isLost = false;
    const onLost = () => {
      isLost = true;
    };
    client.on('error', onLost);
    try {
      const sql = 'SELECT pg_try_advisory_lock($1, hashtext($2)) AS is_mine';
      const { rows } = await client.query<{ is_mine: boolean }>(sql, lock);
      if (!rows[0]!.is_mine) return false;
      try {
        await run();
        return true;
      } finally {
        if (!isLost) await client.query('SELECT pg_advisory_unlock($1, hashtext($2))', lock);
      }
    } finally {
      client.off('error', onLost);
      client.release(isLost);
    }
  }
}

/** Whether something is held about a user: whatever is known of somebody leaves one of these rows. */
async function isHeld(tx: Queryable, userId: string): Promise<boolean> {
  const { rows } = await tx.query<{ is_held: boolean }>(
    `SELECT EXISTS (SELECT FROM users WHERE user_id = $1)
       OR EXISTS (SELECT FROM feature_states WHERE view IN ('user', 'user_graph') AND entity_id = $1)
       OR EXISTS (SELECT FROM decisions WHERE user_id = $1)
       OR EXISTS (SELECT FROM follows WHERE follower_id = $1 OR followee_id = $1) AS is_held`,
    [userId],
  );
  return rows[0]!.is_held;
}

function erasureOf(row: ErasureRow): Erasure {
  return {
    erasureId: row.erasure_id,
    userId: row.user_id ?? '',
    userKey: row.user_key,
    requestedAt: row.requested_at,
    state: row.state,
    erasedCounts: row.erased_counts,
    datasetIds: row.dataset_ids,
    erasedSeq: Number(row.erased_seq),
  };
}

function receiptOf(row: ReceiptRow): ErasureReceipt {
  const { erasure_id: erasureId, service, erased_counts: erasedCounts, done_at: doneAt, receipt } = row;
  return { erasureId, service, erasedCounts, doneAt, receipt };
}
