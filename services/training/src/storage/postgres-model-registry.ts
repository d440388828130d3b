import { AppError } from '@attune/errors';
import type { Database, Tx } from '@attune/postgres';
import type { ModelVersion, StageChange } from '../domain/model-version';
import type { ModelRegistry, ModelSummary, NewModelVersion, StageMove } from '../ports';
import { ERASURES_LOCK, markIfErased } from './erasure-marks';
import { changeFromRow, type StageChangeRow, type VersionRow, versionFromRow } from './registry-rows';

type MoveReason = Pick<StageMove, 'actor' | 'reason'>;

/** Versions and their append-only history in PostgreSQL. All changes of one model happen one after the other. */
export class PostgresModelRegistry implements ModelRegistry {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  register(version: NewModelVersion, actor: string): Promise<ModelVersion> {
    return this.#exclusively(version.model, async (tx) => {
      // An erasure that is noted now waits for this version, or this version finds it.
      await tx.query(`SELECT pg_advisory_xact_lock_shared(${ERASURES_LOCK})`);
      const known = await tx.query<VersionRow>('SELECT * FROM model_versions WHERE run_id = $1', [version.runId]);
      if (known.rows[0] !== undefined) return versionFromRow(known.rows[0]);
      const { rows } = await tx.query<VersionRow>(
        `INSERT INTO model_versions (model, version, kind, digest, stage, metrics, run_id, dataset_id, settings,
                                     size_bytes, user_count, item_count, created_at)
         SELECT $1, coalesce(max(version), 0) + 1, $2, $3, 'candidate', $4, $5, $6, $7, $8, $9, $10, $11
         FROM model_versions WHERE model = $1 RETURNING *`,
        [
          version.model,
          version.kind,
          version.digest,
          JSON.stringify(version.metrics),
          version.runId,
          version.datasetId,
          JSON.stringify(version.settings),
          version.sizeBytes,
          version.userCount,
          version.itemCount,
          version.createdAt,
        ],
      );
      const registered = await markIfErased(tx, versionFromRow(rows[0]!));
      const reason = `registered by run ${version.runId}`;
      await addChange(tx, { before: undefined, after: registered, actor, reason }, version.createdAt);
      return registered;
    });
  }

  move(move: StageMove, now: Date): Promise<ModelVersion> {
    return this.#exclusively(move.model, async (tx) => {
      const before = await findVersion(tx, move);
      if (before.stage === move.to) return before;
      if (move.to === 'production') await retireProduction(tx, move, now);
      return setStage(tx, before, move.to, move, now);
    });
  }

  rollback(move: Parameters<ModelRegistry['rollback']>[0], now: Date): Promise<ModelVersion> {
    return this.#exclusively(move.model, async (tx) => {
      const { rows } = await tx.query<VersionRow>(
        `SELECT v.* FROM stage_changes c JOIN model_versions v ON v.model = c.model AND v.version = c.version
         WHERE c.model = $1 AND c.to_stage = 'production' AND v.stage <> 'production'
         ORDER BY c.sequence DESC LIMIT 1`,
        [move.model],
      );
      if (rows[0] === undefined) {
        const message = `model "${move.model}" has no earlier production version to go back to`;
        throw new AppError('failed_precondition.no_earlier_version', message);
      }
      await retireProduction(tx, move, now);
      return setStage(tx, versionFromRow(rows[0]), 'production', move, now);
    });
  }

  async versions(filter: Parameters<ModelRegistry['versions']>[0]): Promise<readonly ModelVersion[]> {
    const { rows } = await this.#database.query<VersionRow>(
      `SELECT * FROM model_versions
       WHERE model = $1 AND ($2::text IS NULL OR stage = $2) AND ($3::int IS NULL OR version < $3)
       ORDER BY version DESC LIMIT $4`,
      [filter.model, filter.stage ?? null, filter.beforeVersion ?? null, filter.limit],
    );
    return rows.map(versionFromRow);
  }

  async summaries(): Promise<readonly ModelSummary[]> {
    const { rows } = await this.#database.query<VersionRow & { version_count: number }>(
      `SELECT v.*, n.version_count FROM model_versions v
       JOIN (SELECT model, count(*)::int AS version_count, max(version) AS latest FROM model_versions GROUP BY model) n
         ON n.model = v.model AND (v.version = n.latest OR v.stage = 'production')
       ORDER BY v.model, v.version`,
    );
    const byModel = Map.groupBy(rows, (row) => row.model);
    return [...byModel].map(([model, found]) => {
      const production = found.find((row) => row.stage === 'production');
      return {
        model,
        versionCount: found[0]!.version_count,
        latest: versionFromRow(found.at(-1)!),
        ...(production === undefined ? {} : { production: versionFromRow(production) }),
      };
    });
  }

  async history(filter: Parameters<ModelRegistry['history']>[0]): Promise<readonly StageChange[]> {
    const { rows } = await this.#database.query<StageChangeRow>(
      `SELECT * FROM stage_changes WHERE model = $1 AND ($2::int IS NULL OR sequence < $2)
       ORDER BY sequence DESC LIMIT $3`,
      [filter.model, filter.beforeSequence ?? null, filter.limit],
    );
    return rows.map(changeFromRow);
  }

  async inProductionAt(model: string, at: Date): Promise<StageChange | undefined> {
    const { rows } = await this.#database.query<StageChangeRow>(
      `SELECT * FROM stage_changes
       WHERE model = $1 AND at <= $2 AND 'production' IN (to_stage, from_stage) ORDER BY sequence DESC LIMIT 1`,
      [model, at],
    );
    const last = rows[0];
    return last === undefined || last.to_stage !== 'production' ? undefined : changeFromRow(last);
  }

  async publishPending(publish: (changes: readonly StageChange[]) => Promise<void>, now: Date): Promise<number> {
    return this.#database.transaction(async (tx) => {
      // One publisher at a time keeps the order; the lock falls with the transaction.
      await tx.query("SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.stage_changes.publish'))");
      const { rows } = await tx.query<StageChangeRow>(
        'SELECT * FROM stage_changes WHERE published_at IS NULL ORDER BY model, sequence LIMIT 1000',
      );
      if (rows.length === 0) return 0;
      await publish(rows.map(changeFromRow));
      await tx.query('UPDATE stage_changes SET published_at = $1 WHERE event_id = ANY($2)', [
        now,
        rows.map((row) => row.event_id),
      ]);
      return rows.length;
    });
  }

  #exclusively<T>(model: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#database.transaction(async (tx) => {
      await tx.query("SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.model.' || $1))", [model]);
      return work(tx);
    });
  }
}

async function findVersion(tx: Tx, { model, version }: StageMove): Promise<ModelVersion> {
  const { rows } = await tx.query<VersionRow>(
    `SELECT * FROM model_versions WHERE model = $1 AND ($2::int IS NULL OR version = $2)
     ORDER BY version DESC LIMIT 1`,
    [model, version ?? null],
  );
  if (rows[0] !== undefined) return versionFromRow(rows[0]);
  const what = version === undefined ? 'has no version yet: train it first' : `has no version ${version}`;
  throw new AppError('not_found.model_version', `model "${model}" ${what}`);
}

async function retireProduction(tx: Tx, move: MoveReason & { readonly model: string }, now: Date): Promise<void> {
  const { rows } = await tx.query<VersionRow>(
    "SELECT * FROM model_versions WHERE model = $1 AND stage = 'production'",
    [move.model],
  );
  if (rows[0] !== undefined) await setStage(tx, versionFromRow(rows[0]), 'retired', move, now);
}

async function setStage(
  tx: Tx,
  before: ModelVersion,
  stage: ModelVersion['stage'],
  { actor, reason }: MoveReason,
  now: Date,
): Promise<ModelVersion> {
  const { model, version } = before.ref;
  await tx.query('UPDATE model_versions SET stage = $3 WHERE model = $1 AND version = $2', [model, version, stage]);
  const after = { ...before, stage };
  await addChange(tx, { before, after, actor, reason }, now);
  return after;
}

async function addChange(
  tx: Tx,
  change: MoveReason & { readonly before: ModelVersion | undefined; readonly after: ModelVersion },
  now: Date,
): Promise<void> {
  const { before, after, actor, reason } = change;
  await tx.query(
    `INSERT INTO stage_changes (model, sequence, event_id, version, kind, digest, from_stage, to_stage, at, actor,
                                reason, evidence)
     SELECT $1, coalesce(max(sequence), 0) + 1, gen_random_uuid()::text, $2, $3, $4, $5, $6, $7, $8, $9, $10
     FROM stage_changes WHERE model = $1`,
    [
      after.ref.model,
      after.ref.version,
      after.kind,
      after.ref.digest,
      before?.stage ?? null,
      after.stage,
      now,
      actor,
      reason,
      JSON.stringify(after.metrics),
    ],
  );
}
