import type { Database } from '@attune/postgres';
import type { LearningCheck, LearningCycle, LearningStage, LearningStep } from '../domain/learning/learning-cycle';
import type { ModelVersionRef } from '../domain/run';
import type { LearningCycles } from '../learning-ports';

interface CycleRow {
  readonly cycle_id: string;
  readonly model: string;
  readonly stage: LearningStage;
  readonly reason: string;
  readonly actor: string;
  readonly settings: Record<string, unknown>;
  readonly learn_from: Date | null;
  readonly held_out_from: Date | null;
  readonly champion: ModelVersionRef | null;
  readonly challenger: ModelVersionRef | null;
  readonly checks: LearningCheck[];
  readonly steps: (Omit<LearningStep, 'at'> & { readonly at: string })[];
  readonly outcome: string;
  readonly failure_count: number;
  readonly started_at: Date;
  readonly ended_at: Date | null;
}

/** Learning cycles in PostgreSQL. */
export class PostgresLearningCycles implements LearningCycles {
  constructor(private readonly database: Database) {}

  async begin(cycle: LearningCycle): Promise<boolean> {
    const { rowCount } = await this.database.query(
      `INSERT INTO learning_cycles (cycle_id, model, stage, reason, actor, settings, learn_from, held_out_from, champion, steps,
                                    failure_count, started_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
      [
        ...[cycle.cycleId, cycle.model, cycle.stage, cycle.reason, cycle.actor, JSON.stringify(cycle.settings)],
        ...[cycle.learnFrom ?? null, cycle.heldOutFrom ?? null, jsonOf(cycle.champion), JSON.stringify(cycle.steps)],
        ...[cycle.failureCount, cycle.startedAt],
      ],
    );
    return rowCount === 1;
  }

  async move(cycle: LearningCycle, from: LearningStage): Promise<boolean> {
    const { rowCount } = await this.database.query(
      `UPDATE learning_cycles SET stage = $3, challenger = $4, checks = $5, steps = $6, outcome = $7, failure_count = $8, ended_at = $9
       WHERE cycle_id = $1 AND stage = $2 AND ended_at IS NULL`,
      [
        ...[cycle.cycleId, from, cycle.stage, jsonOf(cycle.challenger), JSON.stringify(cycle.checks)],
        ...[JSON.stringify(cycle.steps), cycle.outcome, cycle.failureCount, cycle.endedAt ?? null],
      ],
    );
    return rowCount === 1;
  }

  async underWay(): Promise<readonly LearningCycle[]> {
    const { rows } = await this.database.query<CycleRow>(
      'SELECT * FROM learning_cycles WHERE ended_at IS NULL ORDER BY started_at, cycle_id',
    );
    return rows.map(fromRow);
  }

  async newest(): Promise<ReadonlyMap<string, LearningCycle>> {
    const { rows } = await this.database.query<CycleRow>(
      'SELECT DISTINCT ON (model) * FROM learning_cycles ORDER BY model, started_at DESC, cycle_id DESC',
    );
    return new Map(rows.map((row) => [row.model, fromRow(row)]));
  }

  async list({ model, after, limit }: Parameters<LearningCycles['list']>[0]): Promise<readonly LearningCycle[]> {
    const { rows } = await this.database.query<CycleRow>(
      `SELECT * FROM learning_cycles
       WHERE ($1::text IS NULL OR model = $1) AND ($2::timestamptz IS NULL OR (started_at, cycle_id) < ($2, $3))
       ORDER BY started_at DESC, cycle_id DESC LIMIT $4`,
      [model ?? null, after?.startedAt ?? null, after?.cycleId ?? null, limit],
    );
    return rows.map(fromRow);
  }
}

const jsonOf = (ref: ModelVersionRef | undefined) => (ref === undefined ? null : JSON.stringify(ref));

function fromRow(row: CycleRow): LearningCycle {
  return {
    ...{ cycleId: row.cycle_id, model: row.model, stage: row.stage, reason: row.reason, actor: row.actor },
    ...{ settings: row.settings, checks: row.checks, outcome: row.outcome, failureCount: row.failure_count },
    steps: row.steps.map((step) => ({ ...step, at: new Date(step.at) })),
    startedAt: row.started_at,
    ...(row.learn_from === null ? {} : { learnFrom: row.learn_from }),
    ...(row.held_out_from === null ? {} : { heldOutFrom: row.held_out_from }),
    ...(row.champion === null ? {} : { champion: row.champion }),
    ...(row.challenger === null ? {} : { challenger: row.challenger }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
  };
}
