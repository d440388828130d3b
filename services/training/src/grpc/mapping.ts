import { common, training } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { MODEL_STAGES, type ModelStage, type ModelVersion, type StageChange } from '../domain/model-version';
import { DEFAULT_TERMS, type PromotionTerms } from '../domain/promotion-terms';
import type { RunKind, RunState, TrainingRun } from '../domain/run';
import { toGrounds, toRef } from './evaluation-mapping';

const RUN_STATES: Readonly<Record<RunState, common.RunState>> = {
  queued: common.RunState.QUEUED,
  running: common.RunState.RUNNING,
  succeeded: common.RunState.SUCCEEDED,
  failed: common.RunState.FAILED,
  cancelled: common.RunState.CANCELLED,
};

const RUN_KINDS: Readonly<Record<RunKind, training.RunKind>> = {
  training: training.RunKind.TRAINING,
  evaluation: training.RunKind.EVALUATION,
};

const STAGES: Readonly<Record<ModelStage, training.ModelStage>> = {
  candidate: training.ModelStage.CANDIDATE,
  shadow: training.ModelStage.SHADOW,
  canary: training.ModelStage.CANARY,
  production: training.ModelStage.PRODUCTION,
  retired: training.ModelStage.RETIRED,
};

/** A run for the wire. */
export function toRun(run: TrainingRun): training.TrainingRun {
  return {
    runId: run.runId,
    model: run.model,
    state: RUN_STATES[run.state],
    settings: { values: run.settings },
    fraction: run.fraction,
    phase: run.phase,
    metrics: { ...run.metrics },
    datasetId: run.datasetId ?? '',
    modelVersion: run.version === undefined ? undefined : toRef(run.version),
    problem: run.problem === undefined ? undefined : { ...run.problem, field: '' },
    createdAt: run.createdAt,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    attempt: run.attempt,
    kind: RUN_KINDS[run.kind],
    promotion: run.promotion,
    promoted: run.promoted,
    evaluationId: run.evaluationId ?? '',
  };
}

/** A version for the wire. */
export function toVersion(version: ModelVersion): training.ModelVersion {
  return {
    ref: toRef(version.ref),
    stage: STAGES[version.stage],
    metrics: { ...version.metrics },
    runId: version.runId,
    datasetId: version.datasetId,
    settings: { values: version.settings },
    createdAt: version.createdAt,
    sizeBytes: version.sizeBytes,
    userCount: version.userCount,
    itemCount: version.itemCount,
    retrainReason: version.retrain?.reason ?? '',
    retrainMarkedAt: version.retrain?.markedAt,
    trainedTo: version.trainedTo,
    canaryShare: version.canaryShare ?? 0,
  };
}

/** A move for the wire. */
export function toChange(change: StageChange): training.StageChange {
  return {
    ref: toRef(change.ref),
    from: change.from === undefined ? training.ModelStage.UNSPECIFIED : STAGES[change.from],
    to: STAGES[change.to],
    at: change.at,
    actor: change.actor,
    reason: change.reason,
    evidence: { ...change.evidence },
    grounds: change.grounds && toGrounds(change.grounds),
    canaryShare: change.canaryShare ?? 0,
  };
}

/** The stage that a caller names, or nothing for UNSPECIFIED. */
export function stageFromWire(stage: training.ModelStage): ModelStage | undefined {
  if (stage === training.ModelStage.UNSPECIFIED) return undefined;
  const found = MODEL_STAGES.find((name) => STAGES[name] === stage);
  if (found !== undefined) return found;
  throw invalidField('stage', `${stage} is not a stage; choose CANDIDATE, SHADOW, CANARY, PRODUCTION or RETIRED`);
}

/** The run state that a caller filters by, or nothing for UNSPECIFIED. */
export function runStateFromWire(state: common.RunState): RunState | undefined {
  if (state === common.RunState.UNSPECIFIED) return undefined;
  const found = (Object.keys(RUN_STATES) as RunState[]).find((name) => RUN_STATES[name] === state);
  if (found !== undefined) return found;
  throw invalidField('state', `${state} is not a run state`);
}

/** A version number as callers write it, or nothing where they leave it out. */
export function versionFromWire(version: string): number | undefined {
  if (version === '') return undefined;
  if (/^[1-9]\d{0,8}$/.test(version)) return Number(version);
  throw invalidField('version', `"${version}" is not a version; versions are numbers from 1`);
}

/** What a run's promotion is judged by. */
export function termsFromWire(terms: training.PromotionTerms | undefined): PromotionTerms {
  if (terms === undefined) return DEFAULT_TERMS;
  const { metric, nonInferiorityMargin, override, reason } = terms;
  return { metric, nonInferiorityMargin, override, reason };
}

/** The same of a call that promotes. */
export function termsOfPromotion(request: training.PromoteModelRequest): PromotionTerms {
  const { evaluationId } = request;
  return { ...termsFromWire(request), ...(evaluationId === '' ? {} : { evaluationId }) };
}

/** One field of a request that is wrong. */
function invalidField(field: string, description: string): AppError {
  return new AppError('invalid.request', `${field}: ${description}`, { violations: [{ field, description }] });
}
