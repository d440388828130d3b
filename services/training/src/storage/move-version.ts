import { AppError } from '@attune/errors';
import type { Tx } from '@attune/postgres';
import type { ModelVersion } from '../domain/model-version';
import type { PromotionGrounds } from '../domain/promotion-grounds';
import type { StageMove } from '../ports';
import { type VersionRow, versionFromRow } from './registry-rows';

/** Who moves a version and why, and what let it into production. */
export type MoveReason = Pick<StageMove, 'actor' | 'reason'> & {
  readonly grounds?: PromotionGrounds;
  /** Of a canary. */
  readonly canaryShare?: number | undefined;
};

/** One version of a model, or its newest; throws `not_found.model_version`. */
export async function findVersion(
  tx: Pick<Tx, 'query'>,
  { model, version }: { readonly model: string; readonly version?: number | undefined },
): Promise<ModelVersion> {
  const { rows } = await tx.query<VersionRow>(
    `SELECT * FROM model_versions WHERE model = $1 AND ($2::int IS NULL OR version = $2)
     ORDER BY version DESC LIMIT 1`,
    [model, version ?? null],
  );
  if (rows[0] !== undefined) return versionFromRow(rows[0]);
  const what = version === undefined ? 'has no version yet: train it first' : `has no version ${version}`;
  throw new AppError('not_found.model_version', `model "${model}" ${what}`);
}

/** The version that serves. */
export async function productionOf(tx: Tx, model: string): Promise<ModelVersion | undefined> {
  const { rows } = await tx.query<VersionRow>(
    "SELECT * FROM model_versions WHERE model = $1 AND stage = 'production'",
    [model],
  );
  return rows[0] && versionFromRow(rows[0]);
}

/** The versions that are on trial: shadows and the canary. */
export async function trialsOf(tx: Tx, model: string): Promise<readonly ModelVersion[]> {
  const { rows } = await tx.query<VersionRow>(
    "SELECT * FROM model_versions WHERE model = $1 AND stage IN ('shadow', 'canary') ORDER BY version",
    [model],
  );
  return rows.map(versionFromRow);
}

/** Puts a version into production, and retires the one that was there. */
export async function replace(
  tx: Tx,
  { champion, by }: { readonly champion: ModelVersion | undefined; readonly by: ModelVersion },
  reason: MoveReason,
  now: Date,
): Promise<ModelVersion> {
  const { actor } = reason;
  const why = reason.reason === '' ? '' : `: ${reason.reason}`;
  const replaced = { actor, reason: `v${by.ref.version} took its place${why}` };
  if (champion !== undefined) await setStage(tx, champion, 'retired', replaced, now);
  return setStage(tx, by, 'production', reason, now);
}

/** Moves a version, and says so in the history. */
export async function setStage(
  tx: Tx,
  before: ModelVersion,
  stage: ModelVersion['stage'],
  reason: MoveReason,
  now: Date,
): Promise<ModelVersion> {
  const { model, version } = before.ref;
  await tx.query('UPDATE model_versions SET stage = $3, canary_share = $4 WHERE model = $1 AND version = $2', [
    ...[model, version, stage],
    reason.canaryShare ?? null,
  ]);
  const { canaryShare: _, ...rest } = before;
  const after = { ...rest, stage, ...(reason.canaryShare !== undefined && { canaryShare: reason.canaryShare }) };
  await addChange(tx, { before, after, ...reason }, now);
  return after;
}

/** Appends to the history of a model; the caller holds the model's lock, so that numbers follow each other. */
export async function addChange(
  tx: Tx,
  change: MoveReason & { readonly before: ModelVersion | undefined; readonly after: ModelVersion },
  now: Date,
): Promise<void> {
  const { before, after, actor, reason, grounds } = change;
  await tx.query(
    `INSERT INTO stage_changes (model, sequence, event_id, version, kind, digest, from_stage, to_stage, at, actor,
                                reason, evidence, grounds, canary_share)
     SELECT $1, coalesce(max(sequence), 0) + 1, gen_random_uuid()::text, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
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
      grounds === undefined ? null : JSON.stringify(grounds),
      after.canaryShare ?? null,
    ],
  );
}
