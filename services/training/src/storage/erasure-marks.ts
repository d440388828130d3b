import type { Database, Tx } from '@attune/postgres';
import { type Erasure, type ErasureOutcome, retrainReasonOf } from '../domain/erasure';
import type { ModelVersion } from '../domain/model-version';
import type { ErasureMarks } from '../ports';

/** Whoever registers a version shares this lock, whoever notes an erasure has it alone: none of both misses the other. */
export const ERASURES_LOCK = "hashtext(current_schema() || '.erasures')";

interface ErasureRow {
  readonly marked_count: number;
  readonly interaction_count: number;
  readonly factor_count: number;
  readonly done_at: Date;
}

/** Erasures in PostgreSQL: the marks that they leave on versions of models, and the end of what came in since these were trained. */
export class PostgresErasureMarks implements ErasureMarks {
  constructor(
    private readonly database: Database,
    private readonly userKeyOf: (userId: string) => string,
  ) {}

  mark(erasure: Erasure, now: Date): Promise<ErasureOutcome> {
    return this.database.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(${ERASURES_LOCK})`);
      const { rowCount } = await tx.query(
        `UPDATE model_versions SET retrain_reason = $2, retrain_marked_at = $3
         WHERE dataset_id = ANY ($1) AND retrain_marked_at IS NULL`,
        [erasure.datasetIds, retrainReasonOf(erasure), now],
      );
      const gone = await forget(tx, erasure, { userKey: this.userKeyOf(erasure.userId), now });
      // The request may come again, and then may name more data sets.
      const noted = await tx.query<ErasureRow>(
        `INSERT INTO erasures AS known (erasure_id, dataset_ids, marked_count, done_at, interaction_count, factor_count)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (erasure_id) DO UPDATE SET marked_count = known.marked_count + excluded.marked_count,
           interaction_count = known.interaction_count + excluded.interaction_count,
           factor_count = known.factor_count + excluded.factor_count,
           dataset_ids = ARRAY (SELECT unnest(known.dataset_ids) UNION SELECT unnest(excluded.dataset_ids))
         RETURNING *`,
        [erasure.erasureId, erasure.datasetIds, rowCount ?? 0, now, gone.interactions, gone.factors],
      );
      return outcomeOf(noted.rows[0]!);
    });
  }
}

/** What came in of the user since, and where rounds of learning placed the user; and that nothing from before may come in any more. */
async function forget(
  tx: Tx,
  { userId, requestedAt }: Erasure,
  { userKey, now }: { readonly userKey: string; readonly now: Date },
) {
  await tx.query(
    `INSERT INTO forgotten_users AS known (user_key, forgotten_at, noted_at) VALUES ($1, $2, $3)
     ON CONFLICT (user_key) DO UPDATE SET forgotten_at = greatest(known.forgotten_at, excluded.forgotten_at),
       noted_at = greatest(known.noted_at, excluded.noted_at)`,
    [userKey, requestedAt, now],
  );
  const interactions = await tx.query('DELETE FROM new_interactions WHERE user_id = $1', [userId]);
  const factors = await tx.query("DELETE FROM learned_factors WHERE side = 'user' AND key = $1", [userKey]);
  return { interactions: interactions.rowCount ?? 0, factors: factors.rowCount ?? 0 };
}

/** Marks a version that is just being registered when its data set is gone already. */
export async function markIfErased(tx: Tx, version: ModelVersion): Promise<ModelVersion> {
  const { rows } = await tx.query<{ erasure_id: string; done_at: Date }>(
    'SELECT erasure_id, done_at FROM erasures WHERE dataset_ids @> ARRAY[$1] ORDER BY done_at LIMIT 1',
    [version.datasetId],
  );
  const erasure = rows[0];
  if (erasure === undefined) return version;
  const retrain = { reason: retrainReasonOf({ erasureId: erasure.erasure_id }), markedAt: version.createdAt };
  const { model, version: number } = version.ref;
  await tx.query(
    'UPDATE model_versions SET retrain_reason = $3, retrain_marked_at = $4 WHERE model = $1 AND version = $2',
    [model, number, retrain.reason, retrain.markedAt],
  );
  return { ...version, retrain };
}

function outcomeOf(row: ErasureRow): ErasureOutcome {
  return {
    erasedCounts: {
      models_to_retrain: row.marked_count,
      new_interactions: row.interaction_count,
      learned_factors: row.factor_count,
    },
    doneAt: row.done_at,
  };
}
