import type { ModelStage, ModelVersion, StageChange } from '../domain/model-version';
import type { PromotionGrounds } from '../domain/promotion-grounds';

/** A row of `model_versions`. */
export interface VersionRow {
  readonly model: string;
  readonly version: number;
  readonly kind: string;
  readonly digest: string;
  readonly stage: ModelStage;
  readonly canary_share: number | null;
  readonly metrics: Record<string, number>;
  readonly run_id: string;
  readonly dataset_id: string;
  readonly settings: Record<string, unknown>;
  readonly size_bytes: string;
  readonly user_count: number;
  readonly item_count: number;
  readonly created_at: Date;
  readonly trained_to: Date;
  readonly retrain_reason: string | null;
  readonly retrain_marked_at: Date | null;
}

/** A row of `stage_changes`. */
export interface StageChangeRow {
  readonly model: string;
  readonly sequence: number;
  readonly event_id: string;
  readonly version: number;
  readonly kind: string;
  readonly digest: string;
  readonly from_stage: ModelStage | null;
  readonly to_stage: ModelStage;
  readonly canary_share: number | null;
  readonly at: Date;
  readonly actor: string;
  readonly reason: string;
  readonly evidence: Record<string, number>;
  readonly grounds: PromotionGrounds | null;
}

/** The version of a row. */
export function versionFromRow(row: VersionRow): ModelVersion {
  return {
    ref: { model: row.model, version: row.version, digest: row.digest },
    kind: row.kind,
    stage: row.stage,
    ...(row.canary_share === null ? {} : { canaryShare: row.canary_share }),
    metrics: row.metrics,
    runId: row.run_id,
    datasetId: row.dataset_id,
    settings: row.settings,
    sizeBytes: Number(row.size_bytes),
    userCount: row.user_count,
    itemCount: row.item_count,
    createdAt: row.created_at,
    trainedTo: row.trained_to,
    ...(row.retrain_marked_at === null
      ? {}
      : { retrain: { reason: row.retrain_reason ?? '', markedAt: row.retrain_marked_at } }),
  };
}

/** The change of a row. */
export function changeFromRow(row: StageChangeRow): StageChange {
  return {
    ref: { model: row.model, version: row.version, digest: row.digest },
    kind: row.kind,
    sequence: row.sequence,
    eventId: row.event_id,
    ...(row.from_stage === null ? {} : { from: row.from_stage }),
    to: row.to_stage,
    ...(row.canary_share === null ? {} : { canaryShare: row.canary_share }),
    at: row.at,
    actor: row.actor,
    reason: row.reason,
    evidence: row.evidence,
    ...(row.grounds === null ? {} : { grounds: row.grounds }),
  };
}
