import type { Database, Tx } from '@attune/postgres';
import type { FactorSpace, FactorUpdate, FactorUpdateState, LearnedFactors } from '../domain/factor-update';
import type { RunProblem } from '../domain/run';
import type { FactorUpdates } from '../update-ports';
import { ERASURES_LOCK } from './erasure-marks';
import { readFactors, storeFactors } from './learned-factor-rows';

const LOCK = "hashtext(current_schema() || '.factor_updates')";

interface UpdateRow {
  readonly update_id: string;
  readonly model: string;
  readonly version: number;
  readonly digest: string;
  readonly state: FactorUpdateState;
  readonly interaction_count: number;
  readonly user_count: number;
  readonly item_count: number;
  readonly learned_to: Date;
  readonly created_at: Date;
  readonly ended_at: Date | null;
}

/** Rounds of learning and what they learned, in PostgreSQL. */
export class PostgresFactorUpdates implements FactorUpdates {
  constructor(private readonly database: Database) {}

  async enter({ ref: { model, version, digest }, since }: FactorSpace): Promise<boolean> {
    const { rows: known } = await this.database.query('SELECT 1 FROM factor_spaces WHERE model = $1 AND digest = $2', [
      model,
      digest,
    ]);
    if (known.length > 0) return false;
    return this.database.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(${LOCK})`);
      const { rowCount } = await tx.query(
        `INSERT INTO factor_spaces (model, version, digest, since) VALUES ($1, $2, $3, $4)
         ON CONFLICT (model) DO UPDATE SET version = excluded.version, digest = excluded.digest, since = excluded.since
         WHERE factor_spaces.digest <> excluded.digest`,
        [model, version, digest, since],
      );
      if (rowCount === 0) return false;
      await tx.query('UPDATE new_interactions SET update_id = NULL WHERE update_id IS NOT NULL');
      await tx.query(
        "UPDATE factor_updates SET state = 'dropped', ended_at = created_at WHERE model = $1 AND state IN ('queued', 'learned')",
        [model],
      );
      await tx.query('DELETE FROM learned_factors');
      return true;
    });
  }

  async last({ ref }: FactorSpace): Promise<FactorUpdate | undefined> {
    const { rows } = await this.database.query<UpdateRow>(
      'SELECT * FROM factor_updates WHERE model = $1 AND digest = $2 ORDER BY created_at DESC, update_id DESC LIMIT 1',
      [ref.model, ref.digest],
    );
    return rows[0] && updateFromRow(rows[0]);
  }

  async get(updateId: string): Promise<FactorUpdate | undefined> {
    const { rows } = await this.database.query<UpdateRow>('SELECT * FROM factor_updates WHERE update_id = $1', [
      updateId,
    ]);
    return rows[0] && updateFromRow(rows[0]);
  }

  begin({ updateId, space, now, most }: Parameters<FactorUpdates['begin']>[0]): Promise<FactorUpdate | undefined> {
    return this.database.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(${LOCK})`);
      const { model, version, digest } = space.ref;
      const { rows: busy } = await tx.query(
        `SELECT 1 FROM factor_updates WHERE model = $1 AND state IN ('queued', 'learned')
         UNION ALL SELECT 1 FROM factor_spaces WHERE model = $1 AND digest <> $2`,
        [model, digest],
      );
      if (busy.length > 0) return undefined;
      const claimed = await claim(tx, updateId, space, most);
      if (claimed.learned_to === null) return undefined;
      const { rows } = await tx.query<UpdateRow>(
        `INSERT INTO factor_updates (update_id, model, version, digest, state, interaction_count, learned_to, created_at)
         VALUES ($1, $2, $3, $4, 'queued', $5, $6, $7) RETURNING *`,
        [updateId, model, version, digest, claimed.count, claimed.learned_to, now],
      );
      return updateFromRow(rows[0]!);
    });
  }

  async unfinished(): Promise<readonly string[]> {
    const { rows } = await this.database.query<{ update_id: string }>(
      "SELECT update_id FROM factor_updates WHERE state IN ('queued', 'learned')",
    );
    return rows.map((row) => row.update_id);
  }

  async learned(digest: string, userKeys: readonly string[]): Promise<LearnedFactors> {
    return readFactors(this.database, "digest = $1 AND (side = 'item' OR key = ANY ($2))", [digest, userKeys]);
  }

  keep(updateId: string, { users, items }: LearnedFactors): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock_shared(${ERASURES_LOCK})`);
      const { rows } = await tx.query<UpdateRow>(
        "UPDATE factor_updates SET state = 'learned' WHERE update_id = $1 AND state = 'queued' RETURNING *",
        [updateId],
      );
      if (rows.length === 0) return false;
      const { digest, created_at: begun } = rows[0]!;
      const { rows: gone } = await tx.query<{ user_key: string }>(
        // heard of since the round began, whenever it was asked for; clocks of replicas differ a little
        "SELECT user_key FROM forgotten_users WHERE noted_at >= $1::timestamptz - interval '1 minute'",
        [begun],
      );
      const forgotten = new Set(gone.map((row) => row.user_key));
      const kept = users.filter(({ key }) => !forgotten.has(key));
      await storeFactors(tx, { updateId, digest, side: 'user', rows: kept });
      await storeFactors(tx, { updateId, digest, side: 'item', rows: items });
      await tx.query('UPDATE factor_updates SET user_count = $2, item_count = $3 WHERE update_id = $1', [
        updateId,
        kept.length,
        items.length,
      ]);
      return true;
    });
  }

  factorsOf(updateId: string): Promise<LearnedFactors> {
    return readFactors(this.database, 'update_id = $1', [updateId]);
  }

  async end(
    updateId: string,
    state: 'published' | 'failed' | 'dropped',
    now: Date,
    problem?: RunProblem,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(${LOCK})`);
      const { rowCount } = await tx.query(
        `UPDATE factor_updates SET state = $2, ended_at = $3, problem = $4
         WHERE update_id = $1 AND state IN ('queued', 'learned')`,
        [updateId, state, now, problem ?? null],
      );
      if (rowCount === 0 || state === 'published') return;
      await tx.query('UPDATE new_interactions SET update_id = NULL WHERE update_id = $1', [updateId]);
    });
  }

  async forgetEndedBefore(moment: Date): Promise<void> {
    await this.database.query('DELETE FROM factor_updates WHERE ended_at < $1', [moment]);
  }
}

async function claim(tx: Tx, updateId: string, { since }: FactorSpace, most: number) {
  const { rows } = await tx.query<{ count: number; learned_to: Date | null }>(
    `WITH claimed AS (
       UPDATE new_interactions SET update_id = $1 WHERE event_id IN (
         SELECT event_id FROM new_interactions WHERE update_id IS NULL AND accepted_at > $2
         ORDER BY received_at, event_id LIMIT $3) RETURNING accepted_at)
     SELECT count(*)::int AS count, max(accepted_at) AS learned_to FROM claimed`,
    [updateId, since, most],
  );
  return rows[0]!;
}

function updateFromRow(row: UpdateRow): FactorUpdate {
  return {
    updateId: row.update_id,
    ref: { model: row.model, version: row.version, digest: row.digest },
    state: row.state,
    interactionCount: row.interaction_count,
    userCount: row.user_count,
    itemCount: row.item_count,
    learnedTo: row.learned_to,
    createdAt: row.created_at,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
  };
}
