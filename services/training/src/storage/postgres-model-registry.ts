import { AppError } from '@attune/errors';
import type { Database, Tx } from '@attune/postgres';
import { earlierProduction } from '../domain/earlier-production';
import type { ModelStage, ModelVersion, StageChange } from '../domain/model-version';
import { requireMove } from '../domain/stage-moves';
import { canaryShareOf, requireRoom } from '../domain/trials';
import type { JudgeMove, ModelRegistry, ModelSummary, MovedVersion, NewModelVersion, StageMove } from '../ports';
import { ERASURES_LOCK, markIfErased } from './erasure-marks';
import { addChange, findVersion, type MoveReason, productionOf, replace, setStage, trialsOf } from './move-version';
import { listEvaluations } from './postgres-evaluation-store';
import { addProfile } from './postgres-feature-profiles';
import { changeFromRow, type StageChangeRow, type VersionRow, versionFromRow } from './registry-rows';

/** A judge looks at so many evaluations of a version; older ones are of champions of long ago. */
const JUDGED_EVALUATIONS = 100;

/** The stages in which people see what a version says. */
const JUDGED: readonly ModelStage[] = ['canary', 'production'];

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
                                     size_bytes, user_count, item_count, created_at, trained_to)
         SELECT $1, coalesce(max(version), 0) + 1, $2, $3, 'candidate', $4, $5, $6, $7, $8, $9, $10, $11, $12
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
          version.trainedTo,
        ],
      );
      const registered = await markIfErased(tx, versionFromRow(rows[0]!));
      await addProfile(tx, registered.ref, version.profile);
      const reason = `registered by run ${version.runId}`;
      await addChange(tx, { before: undefined, after: registered, actor, reason }, version.createdAt);
      return registered;
    });
  }

  async get(model: string, version?: number): Promise<ModelVersion> {
    return findVersion(this.#database, { model, version });
  }

  move(move: StageMove, judge: JudgeMove, now: Date): Promise<MovedVersion> {
    return this.#exclusively(move.model, async (tx) => {
      const before = await findVersion(tx, move);
      const canaryShare = canaryShareOf(move.to, move.canaryShare ?? 0, before);
      requireMove(before, move.to);
      const reason: MoveReason = { actor: move.actor, reason: move.reason, canaryShare };
      if (before.stage === move.to) {
        // A canary that is trusted more, or less, gets another share: a change like any other.
        if (canaryShare === before.canaryShare) return { version: before };
        return { version: await setStage(tx, before, move.to, reason, now) };
      }
      requireRoom(before, move.to, await trialsOf(tx, move.model));
      if (!JUDGED.includes(move.to)) return { version: await setStage(tx, before, move.to, reason, now) };
      const champion = await productionOf(tx, move.model);
      const { model, version } = before.ref;
      const evaluations = await listEvaluations(tx, { model, version, limit: JUDGED_EVALUATIONS });
      const grounds = judge({ version: before, evaluations, ...(champion && { champion }) });
      if (move.to === 'canary')
        return { version: await setStage(tx, before, move.to, { ...reason, grounds }, now), grounds };
      return { version: await replace(tx, { champion, by: before }, { ...reason, grounds }, now), grounds };
    });
  }

  rollback(move: Parameters<ModelRegistry['rollback']>[0], now: Date): Promise<ModelVersion> {
    return this.#exclusively(move.model, async (tx) => {
      const { rows } = await tx.query<StageChangeRow>(
        "SELECT * FROM stage_changes WHERE model = $1 AND to_stage = 'production' ORDER BY sequence",
        [move.model],
      );
      const version = earlierProduction(rows.map(changeFromRow));
      if (version === undefined) {
        const message = `model "${move.model}" has no earlier production version to go back to`;
        throw new AppError('failed_precondition.no_earlier_version', message);
      }
      const champion = await productionOf(tx, move.model);
      const by = await findVersion(tx, { model: move.model, version });
      const summary = champion === undefined ? 'rolled back' : `rolled back from v${champion.ref.version}`;
      return replace(tx, { champion, by }, { ...move, grounds: { rule: 'rollback', summary } }, now);
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
         ON n.model = v.model AND (v.version = n.latest OR v.stage IN ('production', 'canary', 'shadow'))
       ORDER BY v.model, v.version`,
    );
    const byModel = Map.groupBy(rows, (row) => row.model);
    return [...byModel].map(([model, found]) => {
      const production = found.find((row) => row.stage === 'production');
      const canary = found.find((row) => row.stage === 'canary');
      return {
        model,
        versionCount: found[0]!.version_count,
        latest: versionFromRow(found.at(-1)!),
        ...(production === undefined ? {} : { production: versionFromRow(production) }),
        ...(canary === undefined ? {} : { canary: versionFromRow(canary) }),
        shadows: found.filter((row) => row.stage === 'shadow').map(versionFromRow),
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
