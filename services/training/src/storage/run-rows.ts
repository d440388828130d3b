import { DEFAULT_TERMS, type PromotionTerms } from '../domain/promotion-terms';
import type { RunKind, RunProblem, RunState, TrainingRun } from '../domain/run';

/** A row of `runs`. */
export interface RunRow {
  readonly run_id: string;
  readonly model: string;
  readonly state: RunState;
  readonly settings: Record<string, unknown>;
  readonly from_at: Date | null;
  readonly to_at: Date | null;
  readonly promote: boolean;
  /** Absent in steps that were kept before there were warm starts. */
  readonly warm_start?: boolean;
  /** Absent in steps that were kept before there were evaluations; so are the next four. */
  readonly kind?: RunKind;
  readonly promotion_terms?: Partial<PromotionTerms>;
  readonly promotion?: string;
  readonly promoted?: boolean;
  readonly evaluation_id?: string | null;
  readonly actor: string;
  readonly fraction: number;
  readonly phase: string;
  readonly metrics: Record<string, number>;
  readonly dataset_id: string | null;
  readonly version: number | null;
  readonly digest: string | null;
  readonly problem: RunProblem | null;
  readonly attempt: number;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
}

/** The run of a row; also of a row that was kept as JSON, where times are texts. */
export function runFromRow(row: RunRow): TrainingRun {
  return {
    runId: row.run_id,
    model: row.model,
    state: row.state,
    settings: row.settings,
    promote: row.promote,
    warmStart: row.warm_start ?? false,
    kind: row.kind ?? 'training',
    promotionTerms: { ...DEFAULT_TERMS, ...row.promotion_terms },
    promotion: row.promotion ?? '',
    promoted: row.promoted ?? false,
    ...(row.evaluation_id ? { evaluationId: row.evaluation_id } : {}),
    actor: row.actor,
    fraction: row.fraction,
    phase: row.phase,
    metrics: row.metrics,
    attempt: row.attempt,
    createdAt: new Date(row.created_at),
    ...(row.from_at === null ? {} : { from: new Date(row.from_at) }),
    ...(row.to_at === null ? {} : { to: new Date(row.to_at) }),
    ...(row.dataset_id === null ? {} : { datasetId: row.dataset_id }),
    ...(row.version === null || row.digest === null
      ? {}
      : { version: { model: row.model, version: row.version, digest: row.digest } }),
    ...(row.problem === null ? {} : { problem: row.problem }),
    ...(row.started_at === null ? {} : { startedAt: new Date(row.started_at) }),
    ...(row.ended_at === null ? {} : { endedAt: new Date(row.ended_at) }),
  };
}
