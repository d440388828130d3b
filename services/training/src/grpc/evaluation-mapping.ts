import type { common, training } from '@attune/contracts';
import type { Comparison, Evaluation } from '../domain/evaluation';
import type { PromotionGrounds } from '../domain/promotion-grounds';
import type { ModelVersionRef } from '../domain/run';

/** A model at one version for the wire. */
export function toRef(ref: ModelVersionRef): common.ModelRef {
  return { name: ref.model, version: String(ref.version), digest: ref.digest };
}

/** An evaluation for the wire. */
export function toEvaluation(evaluation: Evaluation): training.Evaluation {
  const { evaluationId, ref, runId, datasetId, method, caveat, askedFrom, userCount, createdAt, actor } = evaluation;
  return {
    ...{ evaluationId, runId, datasetId, method, caveat, askedFrom, userCount, createdAt, actor },
    ref: toRef(ref),
    metrics: evaluation.metrics.map((estimate) => ({ ...estimate })),
    comparisons: evaluation.comparisons.map(toComparison),
  };
}

function toComparison({ opponent, method, metrics, gains }: Comparison): training.Comparison {
  return { opponent, method, metrics: metrics.map((one) => ({ ...one })), gains: gains.map((one) => ({ ...one })) };
}

/** Why a version was let into production, for the wire. */
export function toGrounds(grounds: PromotionGrounds): training.PromotionGrounds {
  const { rule, summary, value, opponentValue, gain } = grounds;
  return {
    ...{ rule, summary, value, opponentValue, gain },
    evaluationId: grounds.evaluationId ?? '',
    datasetId: grounds.datasetId ?? '',
    opponent: grounds.opponent ?? '',
    nonInferiorityMargin: grounds.nonInferiorityMargin ?? 0,
  };
}
