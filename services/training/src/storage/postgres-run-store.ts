import type { Database, Tx } from '@attune/postgres';
import type { RunOutcome, RunProblem, TrainingRun } from '../domain/run';
import type { RunStep, RunStore } from '../ports';
import { type RunRow, runFromRow } from './run-rows';

const UNFINISHED = "state IN ('queued', 'running')";

/** Runs and their steps in PostgreSQL. Each change and its step are one transaction. */
export class PostgresRunStore implements RunStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async create(run: TrainingRun): Promise<TrainingRun> {
    return this.#database.transaction(async (tx) => {
      const created = await tx.query<RunRow>(
        `INSERT INTO runs (run_id, model, state, settings, from_at, to_at, promote, actor, phase, created_at, warm_start,
                           kind, promotion_terms)
         VALUES ($1, $2, 'queued', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (run_id) DO NOTHING RETURNING *`,
        [
          run.runId,
          run.model,
          JSON.stringify(run.settings),
          run.from ?? null,
          run.to ?? null,
          run.promote,
          run.actor,
          run.phase,
          run.createdAt,
          run.warmStart,
          run.kind,
          JSON.stringify(run.promotionTerms),
        ],
      );
      const row = created.rows[0];
      if (row !== undefined) return addStep(tx, row, run.createdAt);
      const existing = await tx.query<RunRow>('SELECT * FROM runs WHERE run_id = $1', [run.runId]);
      return runFromRow(existing.rows[0]!);
    });
  }

  async get(runId: string): Promise<TrainingRun | undefined> {
    const { rows } = await this.#database.query<RunRow>('SELECT * FROM runs WHERE run_id = $1', [runId]);
    return rows[0] === undefined ? undefined : runFromRow(rows[0]);
  }

  async list({ model, state, after, limit }: Parameters<RunStore['list']>[0]): Promise<readonly TrainingRun[]> {
    const { rows } = await this.#database.query<RunRow>(
      `SELECT * FROM runs
       WHERE ($1::text IS NULL OR model = $1) AND ($2::text IS NULL OR state = $2)
         AND ($3::timestamptz IS NULL OR (created_at, run_id) < ($3, $4))
       ORDER BY created_at DESC, run_id DESC LIMIT $5`,
      [model ?? null, state ?? null, after?.createdAt ?? null, after?.runId ?? null, limit],
    );
    return rows.map(runFromRow);
  }

  async unfinished(): Promise<readonly TrainingRun[]> {
    const { rows } = await this.#database.query<RunRow>(`SELECT * FROM runs WHERE ${UNFINISHED} ORDER BY created_at`);
    return rows.map(runFromRow);
  }

  claim(runId: string, fencingToken: number, now: Date): Promise<TrainingRun | undefined> {
    return this.#change(
      `UPDATE runs SET state = 'running', attempt = attempt + 1, fencing_token = $2, phase = 'starting',
              started_at = coalesce(started_at, $3)
       WHERE run_id = $1 AND fencing_token < $2 AND ${UNFINISHED} RETURNING *`,
      [runId, fencingToken, now],
      now,
    );
  }

  async progress(...[runId, fencingToken, progress, now]: Parameters<RunStore['progress']>): Promise<boolean> {
    const { fraction, phase, metrics, datasetId } = progress;
    const run = await this.#change(
      `UPDATE runs SET fraction = $3, phase = $4, metrics = metrics || $5, dataset_id = coalesce($6, dataset_id)
       WHERE run_id = $1 AND fencing_token = $2 AND state = 'running' RETURNING *`,
      [runId, fencingToken, fraction, phase, JSON.stringify(metrics ?? {}), datasetId ?? null],
      now,
    );
    return run !== undefined;
  }

  async finish(runId: string, fencingToken: number, outcome: RunOutcome, now: Date): Promise<boolean> {
    const succeeded = outcome.state === 'succeeded' ? outcome : undefined;
    const run = await this.#change(
      `UPDATE runs SET state = $3, ended_at = $4, phase = $5, metrics = metrics || $6, version = $7, digest = $8,
              problem = $9, promotion = $10, evaluation_id = $11, promoted = $12, fraction = CASE WHEN $3 = 'succeeded' THEN 1 ELSE fraction END
       WHERE run_id = $1 AND fencing_token = $2 AND state = 'running' RETURNING *`,
      [
        runId,
        fencingToken,
        outcome.state,
        now,
        outcome.state,
        JSON.stringify(succeeded?.metrics ?? {}),
        succeeded?.version.version ?? null,
        succeeded?.version.digest ?? null,
        outcome.state === 'failed' ? JSON.stringify(outcome.problem) : null,
        succeeded?.promotion ?? '',
        succeeded?.evaluationId ?? null,
        succeeded?.promoted ?? false,
      ],
      now,
    );
    return run !== undefined;
  }

  async abandon(runId: string, problem: RunProblem, now: Date): Promise<void> {
    await this.#change(
      `UPDATE runs SET state = 'failed', ended_at = $2, phase = 'failed', problem = $3
       WHERE run_id = $1 AND ${UNFINISHED} RETURNING *`,
      [runId, now, JSON.stringify(problem)],
      now,
    );
  }

  async cancel(runId: string, now: Date): Promise<TrainingRun | undefined> {
    const cancelled = await this.#change(
      `UPDATE runs SET state = 'cancelled', ended_at = $2, phase = 'cancelled'
       WHERE run_id = $1 AND ${UNFINISHED} RETURNING *`,
      [runId, now],
      now,
    );
    return cancelled ?? this.get(runId);
  }

  async stepsAfter(runId: string, sequence: number): Promise<readonly RunStep[]> {
    const { rows } = await this.#database.query<{ sequence: number; at: Date; snapshot: RunRow }>(
      'SELECT sequence, at, snapshot FROM run_steps WHERE run_id = $1 AND sequence > $2 ORDER BY sequence',
      [runId, sequence],
    );
    return rows.map((row) => ({ sequence: row.sequence, at: row.at, run: runFromRow(row.snapshot) }));
  }

  async #change(update: string, values: unknown[], now: Date): Promise<TrainingRun | undefined> {
    return this.#database.transaction(async (tx) => {
      const { rows } = await tx.query<RunRow>(update, values);
      return rows[0] === undefined ? undefined : addStep(tx, rows[0], now);
    });
  }
}

/** The row's lock, held by this transaction, keeps two steps from getting the same number. */
async function addStep(tx: Tx, row: RunRow, now: Date): Promise<TrainingRun> {
  await tx.query(
    `INSERT INTO run_steps (run_id, sequence, at, snapshot)
     SELECT $1, coalesce(max(sequence), 0) + 1, $2, $3 FROM run_steps WHERE run_id = $1`,
    [row.run_id, now, JSON.stringify(row)],
  );
  return runFromRow(row);
}
