import type { Database, Tx } from '@attune/postgres';
import type { Evaluation } from '../domain/evaluation';
import type { EvaluationStore } from '../evaluation-ports';

interface EvaluationRow {
  readonly evaluation_id: string;
  readonly model: string;
  readonly version: number;
  readonly digest: string;
  readonly run_id: string;
  readonly dataset_id: string;
  readonly method: string;
  readonly caveat: string;
  readonly asked_from: Date | null;
  readonly user_count: number;
  readonly metrics: Evaluation['metrics'];
  readonly comparisons: Evaluation['comparisons'];
  readonly created_at: Date;
  readonly actor: string;
}

/** Evaluations in PostgreSQL; the table refuses changes. */
export class PostgresEvaluationStore implements EvaluationStore {
  constructor(private readonly database: Database) {}

  async save(evaluation: Evaluation): Promise<void> {
    const { ref } = evaluation;
    await this.database.query(
      `INSERT INTO evaluations (evaluation_id, model, version, digest, run_id, dataset_id, method, caveat, asked_from, user_count,
                                metrics, comparisons, created_at, actor)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (evaluation_id) DO NOTHING`,
      [
        evaluation.evaluationId,
        ref.model,
        ref.version,
        ref.digest,
        evaluation.runId,
        evaluation.datasetId,
        evaluation.method,
        evaluation.caveat,
        evaluation.askedFrom ?? null,
        evaluation.userCount,
        JSON.stringify(evaluation.metrics),
        JSON.stringify(evaluation.comparisons),
        evaluation.createdAt,
        evaluation.actor,
      ],
    );
  }

  async get(evaluationId: string): Promise<Evaluation | undefined> {
    const { rows } = await this.database.query<EvaluationRow>('SELECT * FROM evaluations WHERE evaluation_id = $1', [
      evaluationId,
    ]);
    return rows[0] && fromRow(rows[0]);
  }

  list(filter: Parameters<EvaluationStore['list']>[0]): Promise<readonly Evaluation[]> {
    return listEvaluations(this.database, filter);
  }
}

/** Evaluations, newest first; also inside a transaction that decides by them. */
export async function listEvaluations(
  database: Pick<Tx, 'query'>,
  { model, version, after, limit }: Parameters<EvaluationStore['list']>[0],
): Promise<readonly Evaluation[]> {
  const { rows } = await database.query<EvaluationRow>(
    `SELECT * FROM evaluations
     WHERE model = $1 AND ($2::int IS NULL OR version = $2)
       AND ($3::timestamptz IS NULL OR (created_at, evaluation_id) < ($3, $4))
     ORDER BY created_at DESC, evaluation_id DESC LIMIT $5`,
    [model, version ?? null, after?.createdAt ?? null, after?.evaluationId ?? null, limit],
  );
  return rows.map(fromRow);
}

function fromRow(row: EvaluationRow): Evaluation {
  return {
    evaluationId: row.evaluation_id,
    ref: { model: row.model, version: row.version, digest: row.digest },
    runId: row.run_id,
    datasetId: row.dataset_id,
    method: row.method,
    caveat: row.caveat,
    ...(row.asked_from === null ? {} : { askedFrom: row.asked_from }),
    userCount: row.user_count,
    metrics: row.metrics,
    comparisons: row.comparisons,
    createdAt: row.created_at,
    actor: row.actor,
  };
}
