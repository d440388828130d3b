import { AppError } from '@attune/errors';
import type { Database, Queryable, Tx } from '@attune/postgres';
import type { Experiment, ExperimentChange } from '../domain/experiment';
import type { Changed, ChangedBy, ExperimentStore, PendingTakeBack } from '../ports';
import { type ChangeRow, changeFromRow, type ExperimentRow } from './experiment-rows';

const LOCK = "hashtext(current_schema() || '.experiments')";
const PUBLISH_LOCK = "hashtext(current_schema() || '.experiment_changes.publish')";
const STATE_MOVES = ['started', 'paused', 'stopped', 'rolled_back'];

/** Experiments in PostgreSQL. */
export class PostgresExperimentStore implements ExperimentStore {
  constructor(private readonly database: Database) {}

  create(
    experimentId: string,
    make: (others: readonly Experiment[]) => Experiment,
    { reason, ...by }: ChangedBy & { readonly reason: string },
  ): Promise<Experiment> {
    return this.#exclusively(async (tx) => {
      const { rows } = await tx.query('SELECT 1 FROM experiments WHERE experiment_id = $1', [experimentId]);
      if (rows.length > 0) {
        const advice = 'choose another id, or look at it with GetExperiment';
        throw new AppError('exists.experiment', `experiment "${experimentId}" exists already; ${advice}`);
      }
      const after = make(await openOnes(tx));
      await write(tx, { after, change: 'created', reason }, by);
      return after;
    });
  }

  change(
    experimentId: string,
    change: (before: Experiment, others: readonly Experiment[]) => Changed | undefined,
    by: ChangedBy,
  ): Promise<Experiment> {
    return this.#exclusively(async (tx) => {
      const before = await find(tx, experimentId);
      const others = (await openOnes(tx)).filter(({ definition }) => definition.experimentId !== experimentId);
      const changed = change(before, others);
      if (changed === undefined) return before;
      const version = before.definition.version + 1;
      const after = { ...changed.after, definition: { ...changed.after.definition, version } };
      await write(tx, { ...changed, after }, by);
      return after;
    });
  }

  get(experimentId: string): Promise<Experiment> {
    return find(this.database, experimentId);
  }

  async list(filter: Parameters<ExperimentStore['list']>[0]): Promise<readonly Experiment[]> {
    const { state, after, limit } = filter;
    const { rows } = await this.database.query<ExperimentRow>(
      `SELECT experiment FROM experiments
       WHERE ($1::text IS NULL OR state = $1)
         AND ($2::timestamptz IS NULL OR created_at < $2 OR (created_at = $2 AND experiment_id > $3))
       ORDER BY created_at DESC, experiment_id LIMIT $4`,
      [state ?? null, after === undefined ? null : new Date(after.createdAtMs), after?.experimentId ?? null, limit],
    );
    return rows.map(({ experiment }) => experiment);
  }

  open(): Promise<readonly Experiment[]> {
    return openOnes(this.database);
  }

  async pendingTakeBacks(): Promise<readonly PendingTakeBack[]> {
    const { rows } = await this.database.query<ExperimentRow & { readonly take_back_reason: string }>(
      `SELECT experiment, take_back_reason FROM experiments WHERE take_back_reason IS NOT NULL ORDER BY experiment_id`,
    );
    return rows.map(({ experiment, take_back_reason: reason }) => ({ experiment, reason }));
  }

  async takenBack(experimentId: string): Promise<void> {
    await this.database.query('UPDATE experiments SET take_back_reason = NULL WHERE experiment_id = $1', [
      experimentId,
    ]);
  }

  async changes(filter: Parameters<ExperimentStore['changes']>[0]): Promise<readonly ExperimentChange[]> {
    const { rows } = await this.database.query<ChangeRow>(
      `SELECT * FROM experiment_changes WHERE experiment_id = $1 AND ($2::int IS NULL OR sequence < $2)
       ORDER BY sequence DESC LIMIT $3`,
      [filter.experimentId, filter.beforeSequence ?? null, filter.limit],
    );
    return rows.map(changeFromRow);
  }

  async stateMoves(experimentId: string) {
    const { rows } = await this.database.query<Pick<ChangeRow, 'change' | 'changed_at'>>(
      `SELECT change, changed_at FROM experiment_changes WHERE experiment_id = $1 AND change = ANY ($2)
       ORDER BY sequence`,
      [experimentId, STATE_MOVES],
    );
    return rows.map(({ change, changed_at: changedAt }) => ({ change, changedAt }));
  }

  publishPending(publish: (changes: readonly ExperimentChange[]) => Promise<void>, now: Date): Promise<number> {
    return this.database.transaction(async (tx) => {
      // one publisher at a time keeps the order; the lock falls with the transaction
      await tx.query(`SELECT pg_advisory_xact_lock(${PUBLISH_LOCK})`);
      const { rows } = await tx.query<ChangeRow>(
        'SELECT * FROM experiment_changes WHERE published_at IS NULL ORDER BY experiment_id, sequence LIMIT 1000',
      );
      if (rows.length === 0) return 0;
      await publish(rows.map(changeFromRow));
      await tx.query('UPDATE experiment_changes SET published_at = $1 WHERE event_id = ANY ($2)', [
        now,
        rows.map((row) => row.event_id),
      ]);
      return rows.length;
    });
  }

  #exclusively<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(${LOCK})`);
      return work(tx);
    });
  }
}

async function find(database: Queryable, experimentId: string): Promise<Experiment> {
  const { rows } = await database.query<ExperimentRow>('SELECT experiment FROM experiments WHERE experiment_id = $1', [
    experimentId,
  ]);
  if (rows[0] !== undefined) return rows[0].experiment;
  const advice = 'ListExperiments shows those there are';
  throw new AppError('not_found.experiment', `experiment "${experimentId}" does not exist; ${advice}`);
}

async function openOnes(database: Queryable): Promise<readonly Experiment[]> {
  const { rows } = await database.query<ExperimentRow>(
    "SELECT experiment FROM experiments WHERE state <> 'stopped' ORDER BY created_at, experiment_id",
  );
  return rows.map(({ experiment }) => experiment);
}

async function write(
  tx: Tx,
  { after, change, reason, takesBack = false }: Changed,
  { actor, now }: ChangedBy,
): Promise<void> {
  const { experimentId, version, state } = after.definition;
  const json = JSON.stringify(after);
  await tx.query(
    `INSERT INTO experiments AS known (experiment_id, version, state, experiment, created_at, take_back_reason)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (experiment_id) DO UPDATE
       SET version = excluded.version, state = excluded.state, experiment = excluded.experiment,
         take_back_reason = coalesce(excluded.take_back_reason, known.take_back_reason)`,
    [experimentId, version, state, json, new Date(after.createdAtMs), takesBack ? reason : null],
  );
  await tx.query(
    `INSERT INTO experiment_changes (experiment_id, sequence, event_id, changed_at, actor, change, reason, experiment)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [experimentId, version, `${experimentId}:${version}`, now, actor, change, reason, json],
  );
}
